import type { GraphBuilder } from '../graph/builder';
import type { Graph, Node, Shape } from '../graph/graph';

/** What a gradient rule sees of the node that it differentiates. */
export interface RuleContext {
  readonly node: Node;
  readonly graph: Graph;
  readonly build: GraphBuilder;
  input(index: number): string;
  output(index: number): string;
  /** Gradient of an output; undefined where the loss does not depend on it. */
  gradient(index?: number): string | undefined;
  /** Gradient of an output, zeros where the loss does not depend on it. */
  gradientOrZeros(index: number): string;
  /** Whether the gradient of this input is asked for; work for others is wasted. */
  wants(index: number): boolean;
  shape(value: string): Shape;
  /** Something that many nodes of a graph can share, made at its first use. */
  once(key: string, make: () => string): string;
}

/**
 * Vector-Jacobian product of one operator: the gradients of its inputs, in their order, as values added to the graph.
 * undefined for inputs that have none or are not wanted.
 */
export type Rule = (context: RuleContext) => (string | undefined)[];
