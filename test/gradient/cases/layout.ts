import { node, one, open, type RuleCases, two, typed } from './building';

export const LAYOUT: RuleCases = {
  Reshape: {
    fixed: one([2, 6], node('Reshape', ['x', [3, 4]])),
    'copied and left over': one([2, 6, 5], node('Reshape', ['x', [0, 3, -1]])),
    'to one axis': one([2, 3, 2], node('Reshape', ['x', [-1]])),
  },
  Flatten: {
    'usual axis': one([2, 3, 4], node('Flatten', ['x'])),
    'all in one row': one([2, 3, 4], node('Flatten', ['x'], { axis: 0 })),
    'negative axis': one([2, 3, 4], node('Flatten', ['x'], { axis: -1 })),
  },
  Transpose: {
    'three axes': one([2, 3, 4], node('Transpose', ['x'], { perm: [2, 0, 1] })),
    reversed: one([2, 3, 4], node('Transpose', ['x'])),
  },
  Squeeze: {
    'one axis': one([2, 1, 3], node('Squeeze', ['x', [1]])),
    'negative axis': one([2, 3, 1], node('Squeeze', ['x', [-1]])),
    'all of size one': one([1, 2, 1, 3], node('Squeeze', ['x'])),
  },
  Unsqueeze: {
    'two axes': one([2, 3], node('Unsqueeze', ['x', [0, 2]])),
    'negative axis': one([2, 3], node('Unsqueeze', ['x', [-1]])),
  },
  Expand: {
    leading: one([1, 3, 2], node('Expand', ['x', [4, 1, 1]])),
    'more axes': one([3, 1], node('Expand', ['x', [2, 3, 4]])),
    'nothing to do': one([2, 3], node('Expand', ['x', [1, 3]])),
  },
  Tile: {
    'one axis': one([2, 3], node('Tile', ['x', [1, 2]])),
    'both axes': one([2, 3], node('Tile', ['x', [3, 2]])),
    'an axis of size one': one([2, 1, 3], node('Tile', ['x', [1, 4, 1]])),
    'nothing to do': one([2, 3], node('Tile', ['x', [1, 1]])),
  },
  Concat: {
    'middle axis': two([2, 3, 2], [2, 1, 2], node('Concat', ['x', 'y'], { axis: 1 })),
    'negative axis': two([2, 3], [2, 4], node('Concat', ['x', 'y'], { axis: -1 })),
    'one part frozen': two([2, 3], [2, 4], node('Concat', ['x', 'y'], { axis: 1 }), { wanted: ['y'] }),
    'the same value twice': one([2, 3], node('Concat', ['x', 'x'], { axis: 0 })),
  },
  Split: {
    'one part unused': one([2, 6], (b) =>
      b.addMany('Split', ['x', b.ints([1, 3, 2])], { attributes: { axis: -1 }, outputs: 3 }).slice(0, 2),
    ),
    'all parts': one([4, 3], (b) => b.addMany('Split', ['x', b.ints([1, 3])], { outputs: 2 })),
  },
  Pad: {
    'before and behind': one([2, 3], node('Pad', ['x', [1, 0, 0, 2]])),
    'cutting at one side': one([3, 4], node('Pad', ['x', [0, -1, 1, 0]])),
    'chosen axes': one([2, 3, 4], node('Pad', ['x', [2, 1], '', [-1]])),
    'sizes known only when it runs': one(
      [2, 4],
      (b) => b.add('Pad', ['x', 'pads'], { types: [typed('float32', [3, 3])] }),
      { integers: { pads: { shape: [4], values: [1, -2, 0, 1] } } },
    ),
    'a value of its own': one([2, 3], (b) => b.add('Pad', ['x', b.ints([1, 0, 0, 2]), b.scalar(7)])),
  },
  Trilu: {
    upper: one([3, 4], node('Trilu', ['x'])),
    lower: one([2, 4, 4], node('Trilu', ['x'], { upper: 0 })),
    'beside the diagonal': one([4, 4], (b) => b.add('Trilu', ['x', b.ints([1])])),
  },
  Slice: {
    front: one([4, 3], node('Slice', ['x', [0], [2], [0]])),
    'to the end': one([2, 6], node('Slice', ['x', [3], [2 ** 31 - 1], [-1]])),
    'negative bounds': one([6, 2], node('Slice', ['x', [-4], [-1], [0]])),
    'two axes, none named': one([4, 5], node('Slice', ['x', [1, 2], [3, 4]])),
    'every second': one([2, 5], node('Slice', ['x', [0], [5], [1], [2]])),
    'every second from the second': one([2, 6], node('Slice', ['x', [1], [6], [1], [2]])),
    backwards: one([5, 2], node('Slice', ['x', [-1], [-100], [0], [-1]])),
    'backwards from beyond the end': one([5, 2], node('Slice', ['x', [100], [0], [0], [-2]])),
    'a step beside a plain cut': one([5, 6], node('Slice', ['x', [1, 0], [4, 6], [0, 1], [1, 3]])),
    'between transposes, which are moved past each other': one([2, 3, 4, 6], (b) => {
      const turned = (value: string) => node('Transpose', [value], { perm: [0, 2, 1, 3] })(b);
      const whole = turned('x');
      const halves = [0, 3].map((start) => turned(node('Slice', [whole, [start], [start + 3], [3]])(b)));
      return b.add('Mul', halves);
    }),
    'nothing cut': one([2, 3], node('Slice', ['x', [0], [100], [1]])),
    'the end of an open axis': one([5, 2], (b) =>
      b.add('Slice', [open(b, ['rows', 2]), b.ints([-2]), b.ints([100]), b.ints([0])], {
        types: [typed('float32', [2, 2])],
      }),
    ),
    'bounds known only when it runs': one(
      [5, 3],
      (b) => b.add('Slice', ['x', 'start', 'end', b.ints([0])], { types: [typed('float32', [2, 3])] }),
      { integers: { start: { shape: [1], values: [-4] }, end: { shape: [1], values: [3] } } },
    ),
    'bounds of two axes known only when it runs': one(
      [5, 4],
      (b) =>
        b.add('Slice', ['x', 'start', 'end', b.ints([1, 0])], {
          types: [{ type: 'float32', shape: [2, 3] }],
        }),
      { integers: { start: { shape: [2], values: [1, 2] }, end: { shape: [2], values: [100, -1] } } },
    ),
  },
};
