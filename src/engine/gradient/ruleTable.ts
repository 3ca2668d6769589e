import { MICROSOFT } from '../graph/graph';
import type { Rule } from './rule';
import * as activation from './rules/activation';
import { matMulNBits } from './rules/blockQuantised';
import { einsum } from './rules/einsum';
import * as elementwise from './rules/elementwise';
import * as indexing from './rules/indexing';
import * as layout from './rules/layout';
import { gemm, matMul } from './rules/matrix';
import * as normalisation from './rules/normalisation';
import * as quantised from './rules/quantised';
import * as reduction from './rules/reduction';
import { rotaryEmbedding } from './rules/rotary';
import { slice } from './rules/slicing';

/**
 * Every operator that can be differentiated: operator, or domain:operator, to its vector-Jacobian product.
 * Attention and other operators of several steps are rewritten first (graph/expansions).
 */
export const RULES: Readonly<Record<string, Rule>> = {
  Add: elementwise.sum,
  Sub: elementwise.subtract,
  Mul: elementwise.multiply,
  Div: elementwise.divide,
  Neg: elementwise.negate,
  Abs: elementwise.absolute,
  Sqrt: elementwise.squareRoot,
  Reciprocal: elementwise.reciprocal,
  Pow: elementwise.power,
  Exp: elementwise.exponential,
  Log: elementwise.logarithm,
  Sin: elementwise.sine,
  Cos: elementwise.cosine,
  Atan: elementwise.arcTangent,
  Sum: elementwise.sum,
  Mean: elementwise.mean,
  Min: elementwise.extremum,
  Max: elementwise.extremum,
  Clip: elementwise.clip,
  Where: elementwise.where,
  Identity: elementwise.identity,
  Dropout: elementwise.dropout,
  Cast: elementwise.cast,

  Erf: activation.erf,
  Tanh: activation.tanh,
  Sigmoid: activation.sigmoid,
  Relu: activation.relu,
  LeakyRelu: activation.leakyRelu,
  Elu: activation.elu,
  Selu: activation.selu,
  Softplus: activation.softplus,
  Softsign: activation.softsign,
  HardSigmoid: activation.hardSigmoid,
  HardSwish: activation.hardSwish,
  Mish: activation.mish,
  Gelu: activation.gelu,
  [`${MICROSOFT}:Gelu`]: activation.gelu,
  [`${MICROSOFT}:QuickGelu`]: activation.quickGelu,
  [`${MICROSOFT}:BiasGelu`]: activation.biasGelu,
  [`${MICROSOFT}:FastGelu`]: activation.fastGelu,

  MatMul: matMul,
  [`${MICROSOFT}:FusedMatMul`]: matMul,
  Gemm: gemm,
  Einsum: einsum,

  Reshape: layout.reshape,
  Flatten: layout.reshape,
  Transpose: layout.transpose,
  Squeeze: layout.squeeze,
  Unsqueeze: layout.unsqueeze,
  Expand: layout.expand,
  Tile: layout.tile,
  Concat: layout.concat,
  Split: layout.split,
  Pad: layout.pad,
  Trilu: layout.triangle,
  Slice: slice,

  Gather: indexing.gather,
  GatherElements: indexing.gatherElements,
  GatherND: indexing.gatherNd,
  ScatterElements: indexing.scatterElements,
  ScatterND: indexing.scatterNd,

  Softmax: reduction.softmax,
  LogSoftmax: reduction.logSoftmax,
  CumSum: reduction.cumulativeSum,
  ReduceSum: reduction.reduceSum,
  ReduceMean: reduction.reduceMean,
  ReduceMax: reduction.reduceExtremum,
  ReduceMin: reduction.reduceExtremum,
  ReduceL1: reduction.reduceL1,
  ReduceL2: reduction.reduceL2,
  ReduceSumSquare: reduction.reduceSumSquare,
  ReduceLogSumExp: reduction.reduceLogSumExp,

  LayerNormalization: normalisation.layerNormalization,
  SimplifiedLayerNormalization: normalisation.rmsNormalization,
  [`${MICROSOFT}:SkipLayerNormalization`]: normalisation.skipLayerNormalization,
  [`${MICROSOFT}:SkipSimplifiedLayerNormalization`]: normalisation.skipSimplifiedLayerNormalization,

  [`${MICROSOFT}:RotaryEmbedding`]: rotaryEmbedding,

  QuantizeLinear: elementwise.identity,
  DequantizeLinear: elementwise.identity,
  DynamicQuantizeLinear: elementwise.identity,
  MatMulInteger: quantised.matMulInteger,
  [`${MICROSOFT}:MatMulIntegerToFloat`]: quantised.matMulIntegerToFloat,
  [`${MICROSOFT}:DynamicQuantizeMatMul`]: quantised.dynamicQuantizeMatMul,
  [`${MICROSOFT}:MatMulNBits`]: matMulNBits,
};
