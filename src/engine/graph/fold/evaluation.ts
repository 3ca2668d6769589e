import type { Node } from '../graph';
import type { Known } from './known';

/**
 * The outputs of a node from its inputs ('' and what is not known are undefined); undefined where they cannot be
 * told.
 */
export type Evaluation = (node: Node, inputs: readonly (Known | undefined)[]) => Known[] | undefined;
