import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { GraphBuilder } from '../graph/builder';
import type { Graph, Node, Shape, TensorType } from '../graph/graph';
import type { Formula } from './formula';
import type { Sizes } from './sizes';

/** What a gradient rule sees of the node that it differentiates. */
export interface RuleContext {
  readonly node: Node;
  readonly graph: Graph;
  readonly build: GraphBuilder;
  readonly formula: Formula;
  readonly sizes: Sizes;
  input(index: number): string;
  /** Whether an optional input is there. */
  has(index: number): boolean;
  output(index: number): string;
  /** An output that the operator can make though the node does not: asked for from now on. */
  optionalOutput(index: number, type: TensorType): string;
  /** Gradient of an output; undefined where the loss does not depend on it. */
  gradient(index?: number): string | undefined;
  /** Gradient of an output, zeros where the loss does not depend on it. */
  gradientOrZeros(index: number): string;
  /** Whether the gradient of this input is asked for; work for others is wasted. */
  wants(index: number): boolean;
  shape(value: string): Shape;
  /** The node that makes a value; undefined for inputs and constants. */
  producer(value: string): Node | undefined;
  /** What a value is multiplied with, and the gradient of that product; undefined where nothing, or more than one, multiplies it. */
  multiplied(value: string): { with: string; gradient: string } | undefined;
  /** Something that many nodes of a graph can share, made at its first use. */
  once(key: string, make: () => string): string;
}

/**
 * Vector-Jacobian product of one operator: the gradients of its inputs, in their order, as values added to the graph.
 * undefined for inputs that have none or are not wanted.
 */
export type Rule = (context: RuleContext) => (string | undefined)[];

/** A form of an operator that its rule does not know. */
export function refuse({ node, graph }: RuleContext, form: string): never {
  const operator = node.domain ? `${node.domain}.${node.op}` : node.op;
  throw new SoftpromptError(
    'model-unsupported',
    l10n`No gradient rule for ${operator} ${form} in ${graph.name}.`,
    {
      place: { node: node.name },
      hint: l10n`Export the model without it, or use its original files: a Hugging Face folder or GGUF.`,
    },
  );
}
