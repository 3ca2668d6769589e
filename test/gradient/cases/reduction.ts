import { node, one, open, type RuleCases, typed } from './building';

/** A reduction in its forms. */
const reduction = (op: string, rest: { positive?: boolean } = {}) => ({
  kept: one([2, 3, 4], node(op, ['x', [1]]), rest),
  dropped: one([2, 3, 4], node(op, ['x', [0, 2]], { keepdims: 0 }), rest),
  'negative axis': one([2, 3, 4], node(op, ['x', [-1]]), rest),
  'negative axis, dropped': one([2, 3, 4], node(op, ['x', [-2]], { keepdims: 0 }), rest),
  'all axes': one([2, 3], node(op, ['x']), rest),
  'all axes, dropped': one([2, 3], node(op, ['x'], { keepdims: 0 }), rest),
});

const axes = (op: string) => ({
  'last axis': one([2, 3, 4], node(op, ['x'], { axis: -1 })),
  'axis left out': one([3, 5], node(op, ['x'])),
  'first axis': one([3, 5], node(op, ['x'], { axis: 0 })),
  'middle axis': one([2, 3, 4], node(op, ['x'], { axis: 1 })),
});

export const REDUCTION: RuleCases = {
  ReduceSum: {
    ...reduction('ReduceSum'),
    'no axes, nothing to do': one([2, 3], node('ReduceSum', ['x'], { noop_with_empty_axes: 1 })),
  },
  ReduceMean: {
    ...reduction('ReduceMean'),
    'an axis of open size': one([2, 3], (b) => {
      const types = [typed('float32', [1, 3])];
      return b.add('ReduceMean', [open(b, ['rows', 3]), b.ints([0])], { types });
    }),
  },
  ReduceMax: reduction('ReduceMax'),
  ReduceMin: reduction('ReduceMin'),
  ReduceL1: reduction('ReduceL1'),
  ReduceL2: reduction('ReduceL2'),
  ReduceSumSquare: reduction('ReduceSumSquare'),
  ReduceLogSumExp: reduction('ReduceLogSumExp'),
  Softmax: axes('Softmax'),
  LogSoftmax: axes('LogSoftmax'),
  CumSum: {
    plain: one([2, 4], node('CumSum', ['x', [1]])),
    backwards: one([4, 2], node('CumSum', ['x', [0]], { reverse: 1 })),
    'without itself': one([2, 4], node('CumSum', ['x', [-1]], { exclusive: 1 })),
    'backwards, without itself': one([2, 4], node('CumSum', ['x', [1]], { exclusive: 1, reverse: 1 })),
  },
};
