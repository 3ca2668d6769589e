import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { GraphBuilder } from '../../graph/builder';
import type { Node } from '../../graph/graph';
import { SIZES } from '../languageModel';
import { type Example, type MaskPattern, maskPattern, seesAll } from './examples';
import { dependents, replaceValue } from './path';
import type { ImportPorts } from './sidePorts';
import { takeOriginal } from './unsupported';

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
      const { pattern, rest } = takeApart(c, node.inputs[bias], node);
      if (pattern) fused.set(node.name, pattern);
      node.inputs[bias] = rest ?? '';
    }
    if (node.op === 'Softmax' && c.active.has(node.inputs[0]!)) {
      found.push(replaceMaskOf(c, node, producers));
    }
  }
  return { found, fused };
}

function replaceMaskOf(c: MaskContext, softmax: Node, producers: ReadonlyMap<string, Node>): MaskPattern {
  if (c.build.graph.shapeOf(softmax.inputs[0]!).at(-1) === SIZES.source)
    return replaceSourceMask(c, softmax, producers);
  let pattern: MaskPattern | undefined;
  const places: MaskedScores[] = [];
  for (let at = producers.get(softmax.inputs[0]!); at; ) {
    const place = maskedScores(c, at);
    const next = place?.scores ?? onlyActive(c, at);
    if (place) {
      const operand = place.node.inputs[place.mask]!;
      const seen = place.seen && maskPattern(c.examples, operand, place.seen);
      if (place.seen && !seen) throw unknownMask(place.node);
      const { pattern: found, rest } = seen ? { pattern: seen } : takeApart(c, operand, place.node);
      if (found) pattern = pattern ? narrower(pattern, found) : found;
      if (rest === undefined) places.push(place);
      else place.node.inputs[place.mask] = rest;
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

/** Attention to what an encoder has read: only padding is hidden there. */
function replaceSourceMask(c: MaskContext, softmax: Node, producers: ReadonlyMap<string, Node>): MaskPattern {
  const { build, ports } = c;
  for (let at = producers.get(softmax.inputs[0]!); at && !at.op.endsWith('MatMul'); ) {
    const place = maskedScores(c, at);
    if (place && !place.seen && seesAll(c.examples, place.node.inputs[place.mask]!)) {
      replaceValue(build.graph, at.outputs[0]!, place.scores);
    } else if (place) throw unknownMask(at);
    const next = place?.scores ?? onlyActive(c, at);
    at = next === undefined ? undefined : producers.get(next);
  }
  softmax.inputs[0] = build.add('Add', [softmax.inputs[0]!, ports.sourceMask()], {
    name: `${softmax.name} mask`,
  });
  return { causal: false };
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

/** What is added to scores, taken apart: a mask, and what is no mask, such as T5's position bias. */
interface Addend {
  pattern?: MaskPattern;
  /** What stays when the mask is taken away; undefined: nothing. */
  rest?: string;
}

function takeApart(c: MaskContext, value: string, user: Node): Addend {
  const pattern = maskPattern(c.examples, value);
  if (pattern) return { pattern };
  const { build, attentionMask } = c;
  const sum = build.graph.producers().get(value);
  if (sum?.op === 'Add') {
    const [a, b] = sum.inputs.map((input) => takeApart(c, input, user)) as [Addend, Addend];
    const patterns = [a.pattern, b.pattern].filter((found) => found !== undefined);
    if (patterns.length > 0) {
      const rests = [a.rest, b.rest].filter((rest) => rest !== undefined);
      return {
        pattern: patterns.reduce(narrower),
        ...(rests.length > 0 ? { rest: rests.reduce((x, y) => build.add('Add', [x, y])) } : {}),
      };
    }
  }
  if (attentionMask && dependents(build.graph, [attentionMask]).has(value)) throw unknownMask(user);
  return { rest: value };
}

function unknownMask(node: Node): SoftpromptError {
  return new SoftpromptError(
    'model-unsupported',
    l10n`The mask of this attention is of a kind that is not known.`,
    {
      place: { node: node.name },
      hint: l10n`Masks that can be replaced are causal, bidirectional, and both with a sliding window. ${takeOriginal()}`,
    },
  );
}
