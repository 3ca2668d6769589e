import type { Node } from '../graph';
import { ARITHMETIC } from './arithmetic';
import type { Evaluation } from './evaluation';
import type { Known } from './known';
import { MOVEMENT } from './movement';
import { SELECTION } from './selection';

/** Operators that shapes, masks and positions are computed with. */
const EVALUATIONS: Readonly<Record<string, Evaluation>> = { ...ARITHMETIC, ...MOVEMENT, ...SELECTION };

/** Whether a node may be evaluated at all: reading its constants is worth it. */
export function canEvaluate({ domain, op }: Node): boolean {
  return domain === '' && op in EVALUATIONS;
}

/** Computes a node whose inputs are known, in opset 20's form. undefined where that cannot be done here. */
export function evaluate(node: Node, inputs: readonly (Known | undefined)[]): Known[] | undefined {
  return canEvaluate(node) ? EVALUATIONS[node.op]!(node, inputs) : undefined;
}
