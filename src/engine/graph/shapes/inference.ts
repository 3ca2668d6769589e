import { constantInts } from '../constants';
import type { Dim, ElementType, Graph, Node, TensorType } from '../graph';

/** Types of a node's outputs from its inputs', in the order of its outputs. */
export type Inference = (node: Node, graph: Graph) => TensorType[];

/** Operators (`domain:operator` outside the standard domain) and what they make. */
export type InferenceTable = Readonly<Record<string, Inference>>;

export const inputType = (node: Node, graph: Graph, index: number): TensorType =>
  graph.typeOf(node.inputs[index]!);

/** The output is as the first input. */
export const same: Inference = (node, graph) => [inputType(node, graph, 0)];

/** The shape of the first input with another element type. */
export const sameShape =
  (type: ElementType): Inference =>
  (node, graph) => [{ type, shape: inputType(node, graph, 0).shape }];

/** Elements of a small integer value where they are known before the graph runs: numbers, or names of sizes. */
export function knownInts(graph: Graph, value: string | undefined): readonly Dim[] | undefined {
  return constantInts(graph, value) ?? (value ? graph.elements.get(value) : undefined);
}

/** An integer input that is a plain constant, such as axes. */
export function constantInput(graph: Graph, value: string | undefined): number[] | undefined {
  const known = knownInts(graph, value);
  return known?.every((element) => typeof element === 'number') ? (known as number[]) : undefined;
}
