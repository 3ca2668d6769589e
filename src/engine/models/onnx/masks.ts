import { SoftpromptError } from '../../../protocol/errors';
import type { GraphBuilder } from '../../graph/builder';
import type { Node } from '../../graph/graph';
import { type Example, type MaskPattern, maskPattern } from './examples';
import { dependents, replaceValue } from './path';
import type { ImportPorts } from './sidePorts';

export interface MaskContext {
  build: GraphBuilder;
  ports: ImportPorts;
  examples: readonly Example[];
  /** Values that depend on the embeddings. */
  active: ReadonlySet<string>;
  attentionMask?: string;
}

/** Inputs of fused attention that are added to the scores; masks of other kinds go when the operator is expanded. */
const BIAS_INPUT: Readonly<Record<string, number>> = {
  GroupQueryAttention: 10,
  MultiHeadAttention: 5,
  Attention: 5,
};

/** A place where an exporter hides scores, between the products and the softmax. */
interface MaskedScores {
  node: Node;
  scores: string;
  /** The input that is the mask. */
  mask: number;
  seen?: (element: number) => boolean;
}

/**
 * Puts our mask in place of the exporter's wherever attention is masked, and remembers of fused attention what its
 * mask was like. What is added to the scores beside a mask stays. Answers the patterns: who looks at whom.
 *
 * @throws model-unsupported for a mask that is neither causal, nor bidirectional, nor windowed
 */
export function replaceMasks(c: MaskContext): { found: MaskPattern[]; fused: Map<string, MaskPattern> } {
  const found: MaskPattern[] = [];
  const fused = new Map<string, MaskPattern>();
  const { graph } = c.build;
  const producers = graph.producers();
  for (const node of [...graph.nodes]) {
    const bias = BIAS_INPUT[node.op];
    if (bias !== undefined && node.domain !== '' && node.inputs[bias]) {
      const pattern = maskPattern(c.examples, node.inputs[bias]);
      if (pattern) {
        fused.set(node.name, pattern);
        node.inputs[bias] = '';
      } else node.inputs[bias] = withOurMask(c, node.inputs[bias], node) ?? node.inputs[bias];
    }
    if (node.op === 'Softmax' && c.active.has(node.inputs[0]!)) {
      found.push(replaceMaskOf(c, node, producers));
    }
  }
  return { found, fused };
}

function replaceMaskOf(c: MaskContext, softmax: Node, producers: ReadonlyMap<string, Node>): MaskPattern {
  let pattern: MaskPattern | undefined;
  const places: MaskedScores[] = [];
  for (let at = producers.get(softmax.inputs[0]!); at; ) {
    const place = maskedScores(c, at);
    const next = place?.scores ?? onlyActive(c, at);
    if (place) {
      const operand = place.node.inputs[place.mask]!;
      const read = maskPattern(c.examples, operand, place.seen);
      if (read) {
        places.push(place);
        pattern = pattern ? narrower(pattern, read) : read;
      } else if (place.seen) throw unknownMask(place.node);
      else {
        const kept = withOurMask(c, operand, place.node);
        if (kept) place.node.inputs[place.mask] = kept;
      }
    }
    at = next === undefined || at.op.endsWith('MatMul') ? undefined : producers.get(next);
  }
  const { build, ports } = c;
  for (const place of places) replaceValue(build.graph, place.node.outputs[0]!, place.scores);
  // Where nothing was hidden our mask still takes away the padding.
  const all = pattern ?? { causal: false };
  const scores = softmax.inputs[0]!;
  softmax.inputs[0] = build.add('Add', [scores, ports.mask(all.window)], { name: `${softmax.name} mask` });
  return all;
}

/** Reads a node as one that hides scores: an addition, or a choice between them and something very low. */
function maskedScores({ active }: MaskContext, node: Node): MaskedScores | undefined {
  const [a, b, d] = node.inputs as [string, string, string?];
  if (node.op === 'Add' && active.has(a) !== active.has(b)) {
    return { node, scores: active.has(a) ? a : b, mask: active.has(a) ? 1 : 0 };
  }
  if (node.op !== 'Where' || active.has(a) || d === undefined || active.has(b) === active.has(d))
    return undefined;
  const chosen = active.has(b);
  return { node, scores: chosen ? b : d, mask: 0, seen: (element) => (element !== 0) === chosen };
}

function onlyActive({ active }: MaskContext, node: Node): string | undefined {
  const inputs = node.inputs.filter((input) => active.has(input));
  return inputs.length === 1 ? inputs[0] : undefined;
}

const narrower = (a: MaskPattern, b: MaskPattern): MaskPattern => {
  const windows = [a.window, b.window].filter((window) => window !== undefined);
  return {
    causal: a.causal || b.causal,
    ...(windows.length > 0 ? { window: Math.min(...windows) } : {}),
  };
};

/**
 * A sum that has a mask in it, such as that of T5's position bias and mask, without the mask: ours is added
 * elsewhere. undefined: it has none, and stays as it is.
 */
function withOurMask(c: MaskContext, value: string, user: Node): string | undefined {
  const { graph } = c.build;
  if (!c.attentionMask || !dependents(graph, [c.attentionMask]).has(value)) return undefined;
  const sum = graph.producers().get(value);
  if (sum?.op === 'Add') {
    for (const [mask, rest] of [sum.inputs, [...sum.inputs].reverse()] as [string, string][]) {
      if (maskPattern(c.examples, mask)) return withOurMask(c, rest, user) ?? rest;
    }
  }
  throw unknownMask(user);
}

function unknownMask(node: Node): SoftpromptError {
  return new SoftpromptError(
    'model-unsupported',
    'The mask of this attention is of a kind that is not known.',
    {
      place: { node: node.name },
      hint: "Masks that can be replaced are causal, bidirectional, and both with a sliding window. Use the model's original files: a Hugging Face folder or GGUF.",
    },
  );
}
