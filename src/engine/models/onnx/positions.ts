import type { GraphBuilder } from '../../graph/builder';
import type { Graph, Node, TensorType } from '../../graph/graph';
import { DATA_TYPES } from '../../graph/onnxSchema';
import { inferTypes } from '../../graph/shapeInference';
import { SIZES } from '../languageModel';
import type { Example } from './examples';
import { replaceValue } from './path';
import type { ImportPorts } from './sidePorts';

/**
 * Puts our positions in place of those that an exported graph takes or counts itself, and zeros in place of its
 * segments. In the example tokens are counted on from the past, so that a value that holds just that (or that and a
 * constant: OPT, RoBERTa) is known to be the positions.
 */
export function replacePositions(
  build: GraphBuilder,
  ports: ImportPorts,
  example: Example,
  inputs: { positions?: string; segments?: string },
): void {
  const { graph } = build;
  const candidates = [...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => outputs)].filter(Boolean);
  for (const name of candidates) {
    const offset = positionOffset(example, name);
    if (offset === undefined || !graph.values.has(name)) continue;
    const { type, shape } = graph.typeOf(name);
    const readers = graph.nodes.filter((node) => node.inputs.includes(name) && goesByRow(graph, name, node));
    if (readers.length === 0) continue;
    let ours = ports.positions();
    if (offset !== 0) ours = build.add('Add', [ours, build.ints([offset])]);
    if (type !== 'int64') ours = build.add('Cast', [ours], { attributes: { to: DATA_TYPES[type] } });
    const inner = shape.length - 2;
    const axis = shape.findIndex((size, i) => i > 0 && size !== 1);
    const axes = Array.from({ length: inner }, (_, i) => (i + 1 < axis ? i + 1 : i + 2));
    if (inner > 0) ours = build.add('Unsqueeze', [ours, build.ints(axes)]);
    for (const node of readers) node.inputs = node.inputs.map((input) => (input === name ? ours : input));
  }
  if (!inputs.segments || !graph.nodes.some((node) => node.inputs.includes(inputs.segments!))) return;
  // All tokens are of the first segment.
  const { type } = graph.typeOf(inputs.segments);
  let zeros = build.add('Mul', [ports.positions(), build.ints([0])]);
  if (type !== 'int64') zeros = build.add('Cast', [zeros], { attributes: { to: DATA_TYPES[type] } });
  replaceValue(graph, inputs.segments, zeros);
}

/**
 * Whether a reader of a value with one row may as well be given a row for each: what is computed of it then differs
 * in the leading size alone. Positions that are compared with each other (T5's distances) may not.
 */
function goesByRow(graph: Graph, name: string, reader: Node): boolean {
  const before = new Map<string, TensorType>();
  const change = (value: string, type: TensorType) => {
    if (!before.has(value)) before.set(value, graph.typeOf(value));
    graph.values.set(value, type);
  };
  const inferredFor = (node: Node) => {
    if (node !== reader) return inferTypes(node, graph);
    const original = graph.typeOf(name);
    graph.values.set(name, byRow(original));
    try {
      return inferTypes(node, graph);
    } finally {
      graph.values.set(name, original);
    }
  };
  try {
    for (const node of graph.nodes) {
      if (node !== reader && !node.inputs.some((input) => before.has(input))) continue;
      // Its indices must have as many rows as what they are taken from.
      if (node.op === 'GatherElements') return false;
      for (const [i, type] of inferredFor(node).entries()) {
        const output = node.outputs[i];
        if (!output || `${type.shape}` === `${graph.shapeOf(output)}`) continue;
        if (`${type.shape}` !== `${byRow(graph.typeOf(output)).shape}`) return false;
        change(output, type);
      }
    }
    return true;
  } catch {
    return false; // The shapes do not go together.
  } finally {
    for (const [value, type] of before) graph.values.set(value, type);
  }
}

function byRow({ type, shape }: TensorType): TensorType {
  return { type, shape: shape[0] === 1 ? [SIZES.rows, ...shape.slice(1)] : shape };
}

/** What is added to a token's position where a value holds nothing but positions: [1 or rows, 1 …, length, 1 …]. */
export function positionOffset(example: Example, name: string): number | undefined {
  const value = example.known.get(name);
  const { rows, length, past } = example;
  if (!value || value.type === 'bool' || value.shape.length < 2) return undefined;
  const [first, ...rest] = value.shape;
  const along = rest.filter((size) => size !== 1);
  if ((first !== 1 && first !== rows) || along.length !== 1 || along[0] !== length) return undefined;
  const offset = Number(value.elements[0]) - past;
  return value.elements.every((element, i) => element === past + (i % length) + offset) ? offset : undefined;
}
