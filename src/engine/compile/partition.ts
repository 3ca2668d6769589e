import { countElements } from '../graph/dims';
import { extract } from '../graph/extract';
import type { ElementType, Graph, Node } from '../graph/graph';
import { FlowNetwork } from './minimumCut';

/** A graph cut in two: one that runs forward and keeps some values, one that runs backward from them. */
export interface Partition {
  forward: Graph;
  backward: Graph;
  /** Values that go from the one to the other: outputs of `forward`, or inputs of it that must be kept. */
  kept: string[];
}

export interface PartitionOptions {
  /** Nodes before this index are forward nodes; the rest came from differentiation. */
  forwardNodes: number;
  forwardOutputs: readonly string[];
  backwardOutputs: readonly string[];
  /** Inputs that only the backward half has: the gradients it starts from. */
  seeds: readonly string[];
  /** Inputs that are at hand in both halves anyway and cost nothing to keep. */
  free: readonly string[];
  /** Typical sizes of the symbolic dimensions, to weigh values against each other. */
  sizes: Readonly<Record<string, number>>;
  /** Which of them are lengths of rows: some rows are far longer than the typical one. */
  lengths: readonly string[];
}

/**
 * Operators that may be run again, so that their outputs need not be kept: no products, no reductions. `Add` is left out
 * on purpose: the residual stream would be summed up again from the first layer on.
 */
const CHEAP = new Set(
  [
    'Split Concat Reshape Transpose Expand Shape ConstantOfShape Squeeze Unsqueeze Slice Flatten Identity Cast',
    'Sigmoid Relu Gelu FastGelu BiasGelu QuickGelu Mul Div Sub Neg Exp Where Clip',
    'Equal Greater GreaterOrEqual Less LessOrEqual And Or Not IsNaN',
  ].flatMap((line) => line.split(' ')),
);

/**
 * What computing again costs beside keeping: a byte that is read or written once more counts as this many bytes kept.
 * On SmolLM2-135M a layer keeps 5 % more than at 0, and its elementwise operators take 8 % less; at 0.6 SiLU is kept as well:
 * 32 % more, for 2 % less.
 */
const AGAIN = 0.3;

/** A long row is so many times as long as a typical one. */
const LONG = 10;

/**
 * Cuts a differentiated graph into a forward and a backward half so that the least is paid in all: for what is kept
 * between them, and for what is computed again. A minimum cut, as in PyTorch's min-cut rematerialisation partitioner.
 */
export function partition(joint: Graph, options: PartitionOptions): Partition {
  const forwardNodes = joint.nodes.slice(0, options.forwardNodes);
  const backwardNodes = joint.nodes.slice(options.forwardNodes);
  const kept = cheapestToKeep(joint, forwardNodes, backwardNodes, options);
  const produced = new Set(forwardNodes.flatMap((node) => node.outputs));
  const forward = extract(joint, `${joint.name} forward`, {
    nodes: forwardNodes,
    inputs: joint.inputs.filter((input) => !options.seeds.includes(input)),
    outputs: [...new Set([...options.forwardOutputs, ...kept.filter((value) => produced.has(value))])],
  });
  const backward = extract(joint, `${joint.name} backward`, {
    nodes: joint.nodes,
    inputs: [...options.seeds, ...options.free, ...kept],
    outputs: options.backwardOutputs,
  });
  return { forward, backward, kept };
}

function cheapestToKeep(
  joint: Graph,
  forwardNodes: readonly Node[],
  backwardNodes: readonly Node[],
  { free, seeds, sizes, lengths }: PartitionOptions,
): string[] {
  const network = new FlowNetwork();
  const long = { ...sizes, ...Object.fromEntries(lengths.map((size) => [size, sizes[size]! * LONG])) };
  // Attention's weights: a row of 2,000 tokens has hundreds of megabytes of them in each layer. To compute them again takes
  // SmolLM2-135M no longer than to keep them: short rows 1.00, rows of 330 tokens 0.95 of the time of a step.
  const isSquare = (value: string) => bytesOf(joint, value, long) > 2 * LONG * bytesOf(joint, value, sizes);
  const atHand = new Set([...free, ...seeds, ...joint.initializers.keys()]);
  const constants = new Set([...joint.initializers.keys(), ...free]);
  // Each value is an edge whose capacity is its size in bytes: cutting the edge means keeping the value. What grows with the
  // square of a row's length counts as in a long row.
  const ends = new Map<string, { in: number; out: number }>();
  const add = (value: string) => {
    const vertices = { in: network.vertex(), out: network.vertex() };
    network.edge(vertices.in, vertices.out, bytesOf(joint, value, isSquare(value) ? long : sizes));
    ends.set(value, vertices);
    return vertices;
  };
  for (const input of joint.inputs) {
    if (!atHand.has(input)) network.edge(FlowNetwork.SOURCE, add(input).in, Number.POSITIVE_INFINITY);
  }
  for (const node of forwardNodes) {
    // What comes of weights and side inputs alone (rotary angles, dequantised tables) can be made again at any time.
    if (node.inputs.every((input) => !input || constants.has(input))) {
      for (const output of node.outputs) constants.add(output);
      continue;
    }
    for (const output of node.outputs.filter(Boolean)) {
      const { in: start } = add(output);
      // This edge is cut where the value is computed in the backward half.
      const cost = costAgain(joint, node, output, sizes);
      const cheap = cost === 0 || CHEAP.has(node.op) || isSquare(output);
      network.edge(FlowNetwork.SOURCE, start, cheap ? cost : Number.POSITIVE_INFINITY);
      for (const input of node.inputs) {
        const source = ends.get(input);
        if (source) network.edge(source.out, start, Number.POSITIVE_INFINITY);
      }
    }
  }
  const needed = new Set(backwardNodes.flatMap((node) => node.inputs));
  for (const [value, { out }] of ends) {
    if (needed.has(value)) network.edge(out, FlowNetwork.SINK, Number.POSITIVE_INFINITY);
  }
  const side = network.minimumCut();
  return [...ends]
    .filter(([, { in: start, out }]) => side.has(start) && !side.has(out))
    .map(([value]) => value);
}

/** Of a value, in bytes kept. Sizes, indices and conditions are always made again, and views cost nothing. */
function costAgain(
  graph: Graph,
  node: Node,
  output: string,
  sizes: Readonly<Record<string, number>>,
): number {
  if (graph.typeOf(output).type !== 'float32' || VIEWS.has(node.op)) return 0;
  const moved = [output, ...node.inputs].filter((value) => value && graph.typeOf(value).type === 'float32');
  return AGAIN * moved.reduce((sum, value) => sum + bytesOf(graph, value, sizes), 0);
}

/** Operators that hand on their input's memory in another shape. */
const VIEWS = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']);

function bytesOf(graph: Graph, value: string, sizes: Readonly<Record<string, number>>): number {
  const { type, shape } = graph.typeOf(value);
  return countElements(shape, sizes) * (BYTES[type] ?? UNWANTED);
}

/** Types that sessions hand to each other. */
const BYTES: Partial<Record<ElementType, number>> = { float32: 4, int64: 8 };

/** Other types are kept only where there is no other way. */
const UNWANTED = 1e6;
