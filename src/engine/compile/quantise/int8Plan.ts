import { type Graph, intAttribute, type Node } from '../../graph/graph';
import type { Orientation } from './int8Matrix';

/** Which way a graph goes: towards the loss, or back from it. */
export type Direction = 'forward' | 'backward';

/** A matrix product with a weight of the checkpoint on its right. */
export interface WeightProduct {
  tensor: string;
  /** Of the weight. */
  shape: readonly [number, number];
  orientation: Orientation;
}

/** How a weight of the checkpoint is rounded. */
export interface Int8Weight extends WeightProduct {
  /** Its left sides are spread over so many neighbours first; 1: they are not. */
  spread: number;
  /**
   * The weights that read the same values, itself among them. On the way back their products are summed, so that they share their
   * scales there and can be joined.
   */
  group: readonly string[];
}

/** Weights that are rounded, by tensor. */
export type Int8Plan = ReadonlyMap<string, Int8Weight>;

/** Outliers are spread over this many values: enough to take three bits off the largest, few enough to cost little. */
const SPREAD = 64;

/** Norms make rows of one size, so that one scale does for all of them. */
export const NORMS: ReadonlySet<string> = new Set(['SimplifiedLayerNormalization', 'LayerNormalization']);

/**
 * The products of forward graphs that can be computed in int8, and how. What comes out of a norm is even, and turned where the family
 * allows it; what attention has mixed is even as well; but gated values have outliers of thirty times their root mean square.
 */
export function planInt8(layers: readonly Graph[], exact: ReadonlySet<string>): Int8Plan {
  const plan = new Map<string, Int8Weight>();
  for (const graph of layers) {
    const producers = graph.producers();
    const readers = new Map<string, string[]>();
    for (const node of graph.nodes) {
      const product = weightProduct(node, graph);
      if (!product || exact.has(product.tensor) || plan.has(product.tensor)) continue;
      const left = node.inputs[0]!;
      const group = readers.get(left) ?? [];
      readers.set(left, group);
      group.push(product.tensor);
      const made = producers.get(left)?.op ?? '';
      const inner = graph.shapeOf(left).at(-1) as number;
      const even = NORMS.has(made) || made === 'Reshape' || inner % SPREAD !== 0;
      plan.set(product.tensor, { ...product, spread: even ? 1 : SPREAD, group });
    }
  }
  return plan;
}

/** The product that a node is, if it is one with a weight [rows, columns]. */
export function weightProduct(node: Node, graph: Graph): WeightProduct | undefined {
  if (node.op !== 'MatMul' && node.op !== 'FusedMatMul') return undefined;
  const weight = graph.initializers.get(node.inputs[1]!);
  if (weight?.data.kind !== 'checkpoint' || weight.type !== 'float32' || weight.shape.length !== 2) return;
  const alpha = node.attributes.alpha;
  if (intAttribute(node, 'transA', 0) === 1 || (alpha?.kind === 'float' && alpha.value !== 1)) return;
  const orientation = intAttribute(node, 'transB', 0) === 1 ? 'transposed' : 'stored';
  return { tensor: weight.data.tensor, shape: weight.shape as [number, number], orientation };
}

/** Sizes of a product's right side, [inner, outer]. */
export function rightSide({ shape, orientation }: WeightProduct, direction: Direction): [number, number] {
  const forward = orientation === 'stored' ? shape : ([shape[1], shape[0]] as const);
  return direction === 'forward' ? [forward[0], forward[1]] : [forward[1], forward[0]];
}

/** Names of a right side among the weights. */
export function int8Names({ tensor, group }: Int8Weight, direction: Direction) {
  const scales = direction === 'forward' ? tensor : group.join(' and ');
  return {
    values: `${tensor} in int8, ${direction}`,
    scales: `scales of ${scales} in int8, ${direction}`,
  };
}

export const spreadName = (size: number) => `spread over ${size}`;
