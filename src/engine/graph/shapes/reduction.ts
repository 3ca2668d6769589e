import { frontAxis } from '../dims';
import { intAttribute, intsAttribute } from '../graph';
import { constantInput, type Inference, type InferenceTable, inputType, same } from './inference';

const reduce: Inference = (node, graph) => {
  const { type, shape } = inputType(node, graph, 0);
  const given = node.inputs[1] ? constantInput(graph, node.inputs[1]) : intsAttribute(node, 'axes');
  const axes = given?.map((axis) => frontAxis(axis, shape.length));
  if (!axes?.length && intAttribute(node, 'noop_with_empty_axes', 0) === 1) return [{ type, shape }];
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  const reduced = (axis: number) => !axes || axes.length === 0 || axes.includes(axis);
  return [
    { type, shape: keep ? shape.map((d, i) => (reduced(i) ? 1 : d)) : shape.filter((_, i) => !reduced(i)) },
  ];
};

const argument: Inference = (node, graph) => {
  const { shape } = inputType(node, graph, 0);
  const axis = frontAxis(intAttribute(node, 'axis', 0), shape.length);
  const keep = intAttribute(node, 'keepdims', 1) === 1;
  return [
    {
      type: 'int64',
      shape: keep ? shape.map((d, i) => (i === axis ? 1 : d)) : shape.filter((_, i) => i !== axis),
    },
  ];
};

export const REDUCTION: InferenceTable = {
  ReduceSum: reduce,
  ReduceMean: reduce,
  ReduceMax: reduce,
  ReduceMin: reduce,
  ReduceProd: reduce,
  ReduceL1: reduce,
  ReduceL2: reduce,
  ReduceSumSquare: reduce,
  ReduceLogSumExp: reduce,
  ArgMax: argument,
  ArgMin: argument,
  CumSum: same,
  Softmax: same,
  LogSoftmax: same,
};
