import { MICROSOFT, type Node } from '../graph/graph';
import type { Rule } from './rule';
import {
  add,
  divide,
  exponential,
  multiply,
  negate,
  quickGelu,
  sigmoid,
  subtract,
} from './rules/elementwise';
import { concat, expand, gatherElements, reshape, split, transpose } from './rules/layout';
import { matMul } from './rules/matrix';
import { logSoftmax, reduceMean, reduceSum, rmsNormalization, softmax } from './rules/reduction';
import { rotaryEmbedding } from './rules/rotary';

/** Every operator that can be differentiated: operator, or domain:operator, to its vector-Jacobian product. */
export const RULES: Readonly<Record<string, Rule>> = {
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Neg: negate,
  Exp: exponential,
  Sigmoid: sigmoid,
  [`${MICROSOFT}:QuickGelu`]: quickGelu,

  MatMul: matMul,
  [`${MICROSOFT}:FusedMatMul`]: matMul,

  Reshape: reshape,
  Transpose: transpose,
  Expand: expand,
  Concat: concat,
  Split: split,
  GatherElements: gatherElements,

  Softmax: softmax,
  LogSoftmax: logSoftmax,
  ReduceSum: reduceSum,
  ReduceMean: reduceMean,
  SimplifiedLayerNormalization: rmsNormalization,

  [`${MICROSOFT}:RotaryEmbedding`]: rotaryEmbedding,
};

export function findRule(node: Node): Rule | undefined {
  return RULES[node.domain ? `${node.domain}:${node.op}` : node.op];
}
