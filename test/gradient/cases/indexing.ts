import { index, node, one, open, type RuleCases, two, typed } from './building';

const at = (shape: number[], values: number[]) => ({ integers: { at: { shape, values } } });

export const INDEXING: RuleCases = {
  Gather: {
    'some places': one([5, 3], node('Gather', ['x', [3, 0]])),
    'all places, moved': one([2, 3], node('Gather', ['x', [2, 0, 1]], { axis: 1 })),
    'one place': one([2, 3, 4], (b) => b.add('Gather', ['x', index(b, -2)], { attributes: { axis: 1 } })),
    'the first place of an open axis': one([4, 3], (b) =>
      b.add('Gather', [open(b, ['rows', 3]), index(b, 0)], { types: [typed('float32', [3])] }),
    ),
    'the last place of an open axis': one([2, 4], (b) =>
      b.add('Gather', [open(b, [2, 'length']), index(b, -1)], {
        attributes: { axis: 1 },
        types: [typed('float32', [2])],
      }),
    ),
    'repeated places': one([4, 3], node('Gather', ['x', [1, 1, 0]])),
    'places known only when it runs': one([4, 3], node('Gather', ['x', 'at']), at([2, 2], [3, 0, 3, -2])),
    'along a later axis': one([2, 4, 3], node('Gather', ['x', 'at'], { axis: 1 }), at([3], [1, 0, 1])),
    'a table of places along a later axis': one(
      [3, 4],
      node('Gather', ['x', 'at'], { axis: -1 }),
      at([2, 2], [1, 0, 1, 3]),
    ),
    'one place, known only when it runs': one(
      [2, 4, 3],
      node('Gather', ['x', 'at'], { axis: 1 }),
      at([], [2]),
    ),
  },
  GatherElements: {
    repeated: one([2, 4], node('GatherElements', ['x', 'at'], { axis: 1 }), at([2, 3], [1, 1, 3, 0, 2, 0])),
    'first axis, negative places': one(
      [4, 2],
      node('GatherElements', ['x', 'at']),
      at([2, 2], [-1, 0, 1, 0]),
    ),
  },
  GatherND: {
    rows: one([3, 4], node('GatherND', ['x', 'at']), at([2, 1], [2, 2])),
    elements: one([3, 4], node('GatherND', ['x', 'at']), at([3, 2], [0, 1, 2, 3, 0, 1])),
  },
  ScatterElements: {
    overwriting: two(
      [3, 3],
      [2, 3],
      (b) => b.add('ScatterElements', ['x', 'at', 'y'], { attributes: { axis: 0 } }),
      at([2, 3], [0, 1, 2, 2, 0, 1]),
    ),
    adding: two(
      [2, 4],
      [2, 3],
      node('ScatterElements', ['x', 'at', 'y'], { axis: 1, reduction: 'add' }),
      at([2, 3], [1, 1, 3, 0, 2, 0]),
    ),
    'updates frozen': two([3, 3], [2, 3], node('ScatterElements', ['x', 'at', 'y']), {
      wanted: ['x'],
      ...at([2, 3], [0, 1, 2, 2, 0, 1]),
    }),
  },
  ScatterND: {
    overwriting: two([4, 3], [2, 3], node('ScatterND', ['x', 'at', 'y']), at([2, 1], [3, 1])),
    adding: two(
      [4, 3],
      [2, 3],
      node('ScatterND', ['x', 'at', 'y'], { reduction: 'add' }),
      at([2, 1], [1, 1]),
    ),
    'updates alone': two([4, 3], [2], node('ScatterND', ['x', 'at', 'y']), {
      wanted: ['y'],
      ...at([2, 2], [3, 1, 0, 0]),
    }),
  },
};
