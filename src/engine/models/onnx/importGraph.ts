import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { GraphBuilder } from '../../graph/builder';
import { expandFused } from '../../graph/expansions/expandFused';
import type { Specialised } from '../../graph/fold/specialise';
import { fuseKnown } from '../../graph/fusions/fuseKnown';
import type { Graph, Initializer } from '../../graph/graph';
import type { OnnxModel } from '../../graph/readOnnx';
import { inferTypes } from '../../graph/shapeInference';
import { sortNodes } from '../../graph/sortNodes';
import { cacheInOrder, inOrderOfUse, widenPast } from './cache';
import type { Example, MaskPattern } from './examples';
import { fixSizes } from './fixSizes';
import { type InputRoles, inputRoles } from './inputRoles';
import { findCuts, type LayeredGraph } from './layers';
import { replaceMasks } from './masks';
import { findOutputHead, type OutputHead } from './outputHead';
import { dependents, nodesBetween, replaceValue } from './path';
import { replacePositions } from './positions';
import { ImportPorts } from './sidePorts';
import { embeddingScale, type TokenLookup } from './tokenLookup';
import { takeOriginal, unsupported, whichToExport } from './unsupported';

/** An exported model with ports in place of its token lookup, masks, positions and cache. */
export interface ImportedGraph {
  layers: LayeredGraph;
  lookup: TokenLookup;
  embeddingScale?: number;
  /** None: an encoder whose last hidden states are the result. */
  head?: OutputHead;
  /** No token looks at a later one. */
  causal: boolean;
  /** It counts where tokens stand by itself, as T5's distances: our positions are asked for their shape at most. */
  countsTokens: boolean;
  heads: number;
}

/**
 * Turns an exporter's graph into one with our ports, by its structure. `read` gives the bytes of small tensors in
 * other files.
 *
 * @throws model-unsupported, naming the node, for what is not found or not understood
 */
export function importGraph(model: OnnxModel, read: (initializer: Initializer) => Uint8Array): ImportedGraph {
  try {
    return findPorts(model, read);
  } catch (cause) {
    if (cause instanceof SoftpromptError) throw cause;
    throw unsupported(`${(cause as Error).message}.`, undefined, takeOriginal(), cause);
  }
}

function findPorts(model: OnnxModel, read: (initializer: Initializer) => Uint8Array): ImportedGraph {
  const roles = inputRoles(model.graph);
  if (!roles) {
    const list = model.graph.inputs.join(', ');
    throw unsupported(l10n`None of its inputs holds token ids (${list}).`, undefined, whichToExport());
  }
  const { specialised, lookup, example } = fixSizes(model, roles, read);
  const { graph } = specialised;
  const logits = specialised.resolve(mainOutput(model.graph));
  failIfNeeded(specialised, logits);
  const cached = roles.past.length > 0;
  const build = new GraphBuilder(graph);
  const ports = new ImportPorts(build, cached);

  const examples = cached
    ? [example(EXAMPLES.cached), example(EXAMPLES.longPast)]
    : [example(EXAMPLES.long, EXAMPLES.short)];
  const patterns = replaceInputs({ build, ports, examples }, roles, lookup);
  const widened = widenPast(build, ports, roles.past);
  tidy(graph, logits);
  fuseKnown(graph);
  tidy(graph, logits);

  const scaled = embeddingScale(graph, lookup.output);
  const hidden = scaled?.scaled ?? lookup.output;
  const head = findOutputHead(graph, logits);
  const output = head?.states ?? logits;
  const found = findCuts(graph, hidden, output);
  if (!found || found.softmax.length === 0) {
    throw unsupported(l10n`Its layers cannot be told from each other.`, undefined, takeOriginal());
  }
  const fed = [...ports.list.map(({ name }) => name), ...keysAndValues(roles)];
  checkInputs(graph, { hidden, output, lookup: lookup.output }, fed);
  if (graph.nodes.some((node) => node.inputs.some((input) => input.startsWith('size of '))))
    ports.positions();
  const isPosition = (input: string) =>
    ports.list.some(({ kind, name }) => kind === 'positions' && name === input);
  return {
    layers: {
      graph,
      cuts: found.cuts,
      side: ports.list,
      ...cacheInOrder(graph, roles.past, widened),
      ...(roles.source.length > 0 ? { source: inOrderOfUse(graph, roles.source) } : {}),
    },
    lookup,
    embeddingScale: scaled?.scale,
    head,
    causal: patterns.some(({ causal }) => causal),
    countsTokens: !graph.nodes.some(({ op, inputs }) => op !== 'Shape' && inputs.some(isPosition)),
    heads: Number(graph.shapeOf(found.softmax[0]!.inputs[0]!)[1]),
  };
}

/**
 * Puts our masks and positions in the place of the exporter's, and writes fused operators out.
 *
 * @returns what each attention was allowed to look at
 */
function replaceInputs(
  { build, ports, examples }: { build: GraphBuilder; ports: ImportPorts; examples: readonly Example[] },
  roles: InputRoles,
  lookup: TokenLookup,
): MaskPattern[] {
  const { graph } = build;
  dropNanGuards(graph, dependents(graph, [lookup.output]));
  const active = dependents(graph, [lookup.output, ...keysAndValues(roles)]);
  const masks = replaceMasks({ build, ports, examples, active, attentionMask: roles.attentionMask });
  replacePositions(build, ports, examples[0]!, roles);
  const patterns = [...masks.found];
  expandFused(build, {
    mask: (need, node) => {
      const known = masks.fused.get(node.name);
      const pattern = {
        causal: need.causal || (known?.causal ?? false),
        window: need.window ?? known?.window,
      };
      patterns.push(pattern);
      return ports.mask(pattern.window);
    },
    positions: () => ports.positions(),
    rowsShape: () => ports.rowsShape(),
  });
  return patterns;
}

function keysAndValues({ past, source }: InputRoles): string[] {
  return [...past, ...source].flatMap(({ keys, values }) => [keys, values]);
}

/** Sizes that masks and positions are worked out for. The long past shows windows of up to that many tokens. */
const EXAMPLES = {
  cached: { rows: 2, length: 5, past: 3 },
  longPast: { rows: 1, length: 1, past: 33_000 },
  /** Without a cache a window shows only in a long text, for which not every model has room. */
  long: { rows: 2, length: 160, past: 0 },
  short: { rows: 2, length: 24, past: 0 },
};

/** The logits, or of an encoder the last hidden states. */
function mainOutput({ outputs }: Graph): string {
  const named = ['logits', 'last_hidden_state', 'token_embeddings'].find((name) => outputs.includes(name));
  return named ?? outputs[0]!;
}

/** Throws where the output hangs on a node whose shape or branch could not be told. */
function failIfNeeded({ graph, failures }: Specialised, output: string): void {
  const failure = failures.get(output);
  if (!failure && graph.values.has(output)) return;
  throw unsupported(
    `${failure?.message ?? l10n`Nothing makes its output`}.`,
    output,
    takeOriginal(),
    failure,
  );
}

/** Exporters put zeros where a softmax saw nothing; our masks leave no row empty. */
function dropNanGuards(graph: Graph, active: ReadonlySet<string>): void {
  const producers = graph.producers();
  for (const node of graph.nodes) {
    if (node.op !== 'Where' || !active.has(node.inputs[0]!)) continue;
    const guard = producers.get(node.inputs[0]!);
    if (guard?.op === 'IsNaN' && guard.inputs[0] === node.inputs[2]) {
      replaceValue(graph, node.outputs[0]!, node.inputs[2]!);
    }
  }
}

/** Brings the nodes into order, leaves out what the result does not need, and works out the shapes anew. */
function tidy(graph: Graph, output: string): void {
  const producers = graph.producers();
  const needed = new Set([output]);
  const visit = [output];
  while (visit.length > 0) {
    for (const input of producers.get(visit.pop()!)?.inputs ?? []) {
      if (needed.has(input)) continue;
      needed.add(input);
      visit.push(input);
    }
  }
  const kept = graph.nodes.filter(({ outputs }) => outputs.some((value) => needed.has(value)));
  graph.nodes.splice(0, graph.nodes.length, ...sortNodes(kept, (value) => !producers.has(value)));
  graph.outputs.splice(0, graph.outputs.length, output);
  for (const node of graph.nodes) {
    // Else products of 4-bit weights may be computed with rounded activations, and their gradient would not be
    // theirs.
    if (node.op === 'MatMulNBits')
      node.attributes = { ...node.attributes, accuracy_level: { kind: 'int', value: 1 } };
  }
  for (const node of graph.nodes) {
    inferTypes(node, graph).forEach((type, i) => {
      if (node.outputs[i]) graph.values.set(node.outputs[i], type);
    });
  }
}

/** What the result still hangs on must be something that we feed. */
function checkInputs(
  graph: Graph,
  { hidden, output, lookup }: { hidden: string; output: string; lookup: string },
  fed: readonly string[],
): void {
  const path = nodesBetween(graph, hidden, output);
  const producers = graph.producers();
  const seen = new Set<string>();
  const visit = path.flatMap((node) => node.inputs.map((value) => ({ value, node })));
  for (let next = visit.pop(); next; next = visit.pop()) {
    const { value, node } = next;
    if (seen.has(value) || value === hidden || value === '') continue;
    seen.add(value);
    const producer = producers.get(value);
    if (value === lookup)
      throw unsupported(l10n`The token vectors go more ways than one.`, node.name, takeOriginal());
    if (producer) visit.push(...producer.inputs.map((input) => ({ value: input, node: producer })));
    else if (graph.inputs.includes(value) && !fed.includes(value)) {
      throw unsupported(l10n`It needs the input ${value}, which is not known.`, node.name, takeOriginal());
    }
  }
}
