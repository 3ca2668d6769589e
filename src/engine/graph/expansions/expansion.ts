import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { GraphBuilder } from '../builder';
import type { Graph, Node } from '../graph';

/** Which tokens a node lets a token look at, beyond what padding takes away. */
export interface MaskNeed {
  /** No token looks at a later one. */
  causal: boolean;
  /** How many tokens a token looks at, itself included. */
  window?: number;
}

/** What attention takes from outside, in place of a model's own masks, lengths and positions. */
export interface AttentionPorts {
  /** Added to the scores: [maskRows, 1, length, length + past]. undefined: every token may look at every other. */
  mask(need: MaskNeed, node: Node): string | undefined;
  /** int64 [rows, length], for rotary positions and for position embeddings. */
  positions(node: Node): string;
  /** int64 [rows, 1, 1, 1]: what a past that all rows share is widened to. undefined: each row has its own. */
  rowsShape(): string | undefined;
}

/** What an expansion sees of the node that it rewrites. */
export interface ExpansionContext {
  readonly node: Node;
  readonly graph: Graph;
  readonly build: GraphBuilder;
  readonly ports: AttentionPorts;
  /** An input's value; undefined where it is left out. */
  input(index: number): string | undefined;
  /** Whether an output is asked for. */
  makes(index: number): boolean;
}

/**
 * Rewrites a node: adds plain nodes and answers the values that stand for its outputs; undefined for those that
 * nobody may ask for.
 */
export type Expansion = (context: ExpansionContext) => (string | undefined)[];

/** An input that the operator cannot do without. */
export function required(c: ExpansionContext, index: number): string {
  return c.input(index) ?? refuse(c, l10n`without input ${index}`);
}

/** A form of an operator that its expansion does not know. */
export function refuse({ node, graph }: ExpansionContext, form: string): never {
  const operator = node.domain ? `${node.domain}.${node.op}` : node.op;
  throw new SoftpromptError(
    'model-unsupported',
    l10n`${operator} ${form} is not supported (${graph.name}).`,
    {
      place: { node: node.name },
      hint: l10n`Export the model without it, or use its original files: a Hugging Face folder or GGUF.`,
    },
  );
}
