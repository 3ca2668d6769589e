import { MICROSOFT } from '../graph';
import { type Inference, type InferenceTable, inputType } from './inference';
import { matMul } from './matrix';

const dequantize: Inference = (node, graph) => [
  { type: inputType(node, graph, 1).type, shape: inputType(node, graph, 0).shape },
];

const quantize: Inference = (node, graph) => [
  {
    type: node.inputs[2] ? inputType(node, graph, 2).type : 'uint8',
    shape: inputType(node, graph, 0).shape,
  },
];

/** The value in uint8, its scale and its zero point. */
const dynamicQuantize: Inference = (node, graph) => [
  { type: 'uint8', shape: inputType(node, graph, 0).shape },
  { type: 'float32', shape: [] },
  { type: 'uint8', shape: [] },
];

const productOf =
  (type: 'int32' | 'float32'): Inference =>
  (node, graph) =>
    matMul(node, graph).map(({ shape }) => ({ type, shape }));

export const QUANTISATION: InferenceTable = {
  DequantizeLinear: dequantize,
  QuantizeLinear: quantize,
  DynamicQuantizeLinear: dynamicQuantize,
  MatMulInteger: productOf('int32'),
  [`${MICROSOFT}:DynamicQuantizeMatMul`]: productOf('float32'),
  [`${MICROSOFT}:MatMulIntegerToFloat`]: productOf('float32'),
};
