import { SoftpromptError } from '../../../protocol/errors';
import { GraphBuilder } from '../../graph/builder';
import { expandFused } from '../../graph/expansions/expandFused';
import { type Specialised, specialise } from '../../graph/fold/specialise';
import { fuseKnown } from '../../graph/fusions/fuseKnown';
import { type Graph, type Initializer, intAttribute, type Node, type TensorType } from '../../graph/graph';
import type { OnnxModel } from '../../graph/readOnnx';
import { inferTypes } from '../../graph/shapeInference';
import { sortNodes } from '../../graph/sortNodes';
import { type KeyValuePorts, SIZES } from '../languageModel';
import { type Example, type ExampleContext, evaluateExample, fillOther } from './examples';
import { type InputRoles, inputRoles } from './inputRoles';
import { findCuts, type LayeredGraph } from './layers';
import { replaceMasks } from './masks';
import { openEmbedding } from './openEmbedding';
import { findOutputHead, type OutputHead } from './outputHead';
import { dependents, nodesBetween, replaceValue } from './path';
import { replacePositions } from './positions';
import { ImportPorts } from './sidePorts';
import { embeddingScale, type TokenLookup, tokenLookup } from './tokenLookup';

/** An exported model with ports in place of its token lookup, masks, positions and cache. */
export interface ImportedGraph {
  layers: LayeredGraph;
  lookup: TokenLookup;
  embeddingScale?: number;
  /** None: an encoder whose last hidden states are the result. */
  head?: OutputHead;
  /** No token looks at a later one. */
  causal: boolean;
  heads: number;
}

/** Values that are computed beforehand have at most as many elements. */
const FOLDED = 1024;

/**
 * Turns an exporter's graph into one with our ports, by its structure. `read` gives the bytes of small tensors in other files.
 *
 * @throws model-unsupported, naming the node, for what is not found or not understood
 */
export function importGraph(model: OnnxModel, read: (initializer: Initializer) => Uint8Array): ImportedGraph {
  try {
    return findPorts(model, read);
  } catch (cause) {
    if (cause instanceof SoftpromptError) throw cause;
    throw unsupported(`${(cause as Error).message}.`, undefined, ORIGINAL, cause);
  }
}

function findPorts(model: OnnxModel, read: (initializer: Initializer) => Uint8Array): ImportedGraph {
  const roles = inputRoles(model.graph);
  if (!roles) {
    const list = model.graph.inputs.join(', ');
    throw unsupported(`None of its inputs holds token ids (${list}).`, undefined, WHICH);
  }
  const { specialised, lookup, example } = fixSizes(model, roles, read);
  const { graph } = specialised;
  const logits = specialised.resolve(mainOutput(model.graph));
  failIfNeeded(specialised, logits);
  const build = new GraphBuilder(graph);
  const ports = new ImportPorts(build, roles.past.length > 0);

  const examples = [example(EXAMPLES[roles.past.length > 0 ? 'cached' : 'uncached'])];
  if (roles.past.length > 0) examples.push(example(EXAMPLES.longPast));
  dropNanGuards(graph, dependents(graph, [lookup.output]));
  const active = dependents(graph, [
    lookup.output,
    ...roles.past.flatMap(({ keys, values }) => [keys, values]),
  ]);
  const { attentionMask } = roles;
  const masks = replaceMasks({ build, ports, examples, active, attentionMask });
  replacePositions(build, ports, examples[0]!, roles);
  const needs = [...masks.found];
  expandFused(build, {
    mask: (need, node) => {
      const known = masks.fused.get(node.name);
      const pattern = {
        causal: need.causal || (known?.causal ?? false),
        window: need.window ?? known?.window,
      };
      needs.push(pattern);
      return ports.mask(pattern.window);
    },
    positions: () => ports.positions(),
    rowsShape: () => ports.rowsShape(),
  });
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
    throw unsupported('Its layers cannot be told from each other.', undefined, ORIGINAL);
  }
  checkInputs(graph, { hidden, output, lookup: lookup.output }, [
    ...ports.list.map(({ name }) => name),
    ...roles.past.flatMap(({ keys, values }) => [keys, values]),
  ]);
  if (graph.nodes.some((node) => node.inputs.some((input) => input.startsWith('size of '))))
    ports.positions();
  return {
    layers: { graph, cuts: found.cuts, side: ports.list, ...cacheInOrder(graph, roles.past, widened) },
    lookup,
    embeddingScale: scaled?.scale,
    head,
    causal: needs.some(({ causal }) => causal),
    heads: Number(graph.shapeOf(found.softmax[0]!.inputs[0]!)[1]),
  };
}

/** Sizes that masks and positions are worked out for. The long past shows windows of up to that many tokens. */
const EXAMPLES = {
  cached: { rows: 2, length: 5, past: 3 },
  longPast: { rows: 1, length: 1, past: 33_000 },
  uncached: { rows: 2, length: 160, past: 0 },
};

const WHICH = 'Export the language model itself, with input_ids as an input, as optimum and torch.onnx do.';
const ORIGINAL = "Use the model's original files: a Hugging Face folder or GGUF.";

function unsupported(message: string, node?: string, hint?: string, cause?: unknown): SoftpromptError {
  return new SoftpromptError('model-unsupported', `This ONNX model cannot be tuned: ${message}`, {
    place: { node },
    hint,
    cause,
  });
}

/** The graph in names of sizes, and a way to work it out for sizes in numbers. */
function fixSizes(model: OnnxModel, roles: InputRoles, read: (initializer: Initializer) => Uint8Array) {
  let lookup: TokenLookup | undefined;
  const isWeight = (value: string) => model.graph.initializers.has(value);
  const cut = (node: Node, graph: Graph) => {
    const found = tokenLookup(node, graph, roles.tokens, isWeight);
    lookup ??= found?.lookup;
    return found?.type;
  };
  const run = (headSize: number | string) => {
    const inputs = symbolicInputs(model.graph, roles, headSize);
    return {
      inputs,
      specialised: specialise(model, { inputs, cut, rewrite: openEmbedding, read, largest: FOLDED }),
    };
  };
  let headSize: number | string = 'headSize';
  let first = run(headSize);
  // Some exporters leave the size of a head open in the cache's type.
  if (usesHeadSize(first.inputs)) {
    headSize = headSizeOf(first.specialised.graph, roles);
    first = run(headSize);
  }
  if (!lookup) {
    const message = 'No operator takes rows of an embedding table by its token ids.';
    throw unsupported(message, undefined, WHICH);
  }
  const caches = roles.past.flatMap(({ keys, values }) => [keys, values]);
  const cacheTypes = new Map(caches.map((name): [string, TensorType] => [name, first.inputs.get(name)!]));
  const context: ExampleContext = { model, roles, read, cut, cacheTypes };
  return {
    specialised: first.specialised,
    lookup,
    example: (sizes: { rows: number; length: number; past: number }): Example =>
      evaluateExample(context, sizes),
  };
}

function symbolicInputs(graph: Graph, roles: InputRoles, headSize: number | string): Map<string, TensorType> {
  const inputs = new Map<string, TensorType>();
  const total = roles.past.length > 0 ? `${SIZES.length} + ${SIZES.past}` : SIZES.length;
  const declare = (name: string | undefined, shape: TensorType['shape']) => {
    if (name) inputs.set(name, { type: graph.typeOf(name).type, shape });
  };
  declare(roles.tokens, [SIZES.rows, SIZES.length]);
  declare(roles.positions, [SIZES.rows, SIZES.length]);
  declare(roles.segments, [SIZES.rows, SIZES.length]);
  declare(roles.attentionMask, [SIZES.rows, total]);
  for (const name of roles.past.flatMap(({ keys, values }) => [keys, values])) {
    const [, heads, , size] = graph.shapeOf(name);
    declare(name, [SIZES.rows, heads!, SIZES.past, typeof size === 'number' && size > 0 ? size : headSize]);
  }
  for (const name of roles.others) declare(name, graph.shapeOf(name));
  const fill = (name: string, shape: number[], of: (index: number) => number) => {
    const elements = Array.from({ length: shape.length === 0 ? 1 : shape[0]! }, (_, i) => of(i));
    inputs.set(name, { ...graph.typeOf(name), shape, elements } as TensorType);
  };
  for (const name of roles.others) fillOther(name, graph, fill);
  if (roles.useCache)
    fill(
      roles.useCache,
      graph.shapeOf(roles.useCache).map(() => 1),
      () => 1,
    );
  return inputs;
}

function usesHeadSize(inputs: ReadonlyMap<string, TensorType>): boolean {
  return [...inputs.values()].some(({ shape }) => shape.includes('headSize'));
}

/** From the width of the queries of an attention that has its heads as attributes. */
function headSizeOf(graph: Graph, { past }: InputRoles): number {
  const node = graph.nodes.find(({ inputs }) => inputs.includes(past[0]!.keys));
  const heads = node ? intAttribute(node, 'num_heads', 0) : 0;
  if (!node || heads === 0)
    throw unsupported('The size of its attention heads is not known.', node?.name, ORIGINAL);
  const width = Number(graph.shapeOf(node.inputs[0]!).at(-1));
  const packed = !node.inputs[1];
  return width / (packed ? heads + 2 * intAttribute(node, 'kv_num_heads', heads) : heads);
}

/** The logits, or of an encoder the last hidden states. */
function mainOutput({ outputs }: Graph): string {
  const named = ['logits', 'last_hidden_state', 'token_embeddings'].find((name) => outputs.includes(name));
  return named ?? outputs[0]!;
}

/** Throws where the output hangs on a node whose shape or branch could not be told. */
function failIfNeeded({ graph, failures }: Specialised, output: string): void {
  const failure = failures.get(output);
  if (!failure && graph.values.has(output)) return;
  throw unsupported(`${failure?.message ?? 'Nothing makes its output'}.`, output, ORIGINAL, failure);
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

/** Cache inputs hold one row for all; where the graph joins them with the rows' own they are widened first. */
function widenPast(
  build: GraphBuilder,
  ports: ImportPorts,
  past: readonly KeyValuePorts[],
): Map<string, string> {
  const { graph } = build;
  const widened = new Map<string, string>();
  for (const name of past.flatMap(({ keys, values }) => [keys, values])) {
    const { type, shape } = graph.typeOf(name);
    graph.values.set(name, { type, shape: [1, ...shape.slice(1)] });
    const known = graph.nodes.find((node) => node.op === 'Expand' && node.inputs[0] === name);
    const wide =
      known?.outputs[0] ?? build.add('Expand', [name, ports.rowsShape()!], { name: `${name} widened` });
    widened.set(name, wide);
    const maker = graph.nodes.find(({ outputs }) => outputs.includes(wide));
    replaceValue(graph, name, wide, maker);
  }
  return widened;
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
    // Else products of 4-bit weights may be computed with rounded activations, and their gradient would not be theirs.
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
    if (value === lookup) throw unsupported('The token vectors go more ways than one.', node.name, ORIGINAL);
    if (producer) visit.push(...producer.inputs.map((input) => ({ value: input, node: producer })));
    else if (graph.inputs.includes(value) && !fed.includes(value)) {
      throw unsupported(`It needs the input ${value}, which is not known.`, node.name, ORIGINAL);
    }
  }
}

/** The cache's inputs and outputs in the order in which the graph uses them. */
function cacheInOrder(graph: Graph, past: readonly KeyValuePorts[], widened: ReadonlyMap<string, string>) {
  const joined = (name: string) => {
    const at = graph.nodes.findIndex(({ op, inputs }) => op === 'Concat' && inputs[0] === widened.get(name));
    if (at < 0) throw unsupported('Its cache is not used as a cache.', name, ORIGINAL);
    return { at, value: graph.nodes[at]!.outputs[0]! };
  };
  const layers = past
    .map((ports) => ({ ports, keys: joined(ports.keys), values: joined(ports.values) }))
    .sort((a, b) => a.keys.at - b.keys.at);
  return {
    past: layers.map(({ ports }) => ports),
    present: layers.map(({ keys, values }) => ({ keys: keys.value, values: values.value })),
  };
}
