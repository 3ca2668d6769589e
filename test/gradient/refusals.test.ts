import { expect, it } from 'vitest';
import { differentiate } from '../../src/engine/gradient/differentiate';
import { type GraphBuilder, newGraph } from '../../src/engine/graph/builder';
import { MICROSOFT } from '../../src/engine/graph/graph';
import { SoftpromptError } from '../../src/protocol/errors';
import { bytesConstant, floatsConstant, fusedNode, node, typed } from './cases/building';

const SHAPE = [2, 3, 4];

interface Refusal {
  build(b: GraphBuilder): string;
  /** What the message says of it. */
  form: string;
}

const like = { types: [typed('float32', SHAPE)] };
const twice = (b: GraphBuilder) => b.add('Mul', ['x', 'x']);
/** A vector that depends on the input. */
const vector = (b: GraphBuilder) =>
  b.add('ReduceSum', ['x', b.ints([0, 1])], { attributes: { keepdims: 0 } });
const places = (b: GraphBuilder, count: number) => b.ints(Array.from({ length: count }, () => 0));

/** Forms of operators that have a rule, which the rule does not know: named, never computed wrongly. */
const REFUSALS: Record<string, Refusal> = {
  'Dropout that trains': {
    build: (b) => b.addMany('Dropout', ['x', b.scalar(0.5), bytesConstant(b, 'bool', [1], [])])[0]!,
    form: 'Dropout in training mode',
  },
  'a product with swapped batches': {
    build: fusedNode('FusedMatMul', ['x', 'x'], { transBatchB: 1, transB: 1 }),
    form: 'com.microsoft.FusedMatMul with transBatchB',
  },
  'a diagonal': {
    build: (b) => node('Einsum', [b.add('Reshape', ['x', b.ints([24, 1])])], { equation: 'ii->i' })(b),
    form: 'Einsum of the form ii->i',
  },
  'three operands': {
    build: node('Einsum', ['x', 'x', 'x'], { equation: 'ijk,ijk,ijk->ijk' }),
    form: 'Einsum of the form ijk,ijk,ijk->ijk',
  },
  'sizes that broadcast': {
    build: (b) => node('Einsum', ['x', b.input('y', 'float32', [1, 3, 4])], { equation: 'ijk,ijk->ijk' })(b),
    form: 'Einsum of the form ijk,ijk->ijk',
  },
  'a sum over one operand alone': {
    build: node('Einsum', ['x'], { equation: 'ijk->ij' }),
    form: 'Einsum of the form ijk->ij',
  },
  'padding by reflection': {
    build: node('Pad', ['x', [0, 0, 1, 0, 0, 1]], { mode: 'reflect' }),
    form: 'Pad of mode reflect',
  },
  'repeats known only when it runs': {
    build: (b) => b.add('Tile', ['x', b.input('repeats', 'int64', [3])], like),
    form: 'Tile with repeats that are known only when it runs',
  },
  'steps known only when it runs': {
    build: (b) =>
      b.add('Slice', ['x', b.ints([0]), b.ints([2]), b.ints([0]), b.input('steps', 'int64', [1])], like),
    form: 'Slice with axes or steps that are known only when it runs',
  },
  'a step over an open axis': {
    build: (b) => {
      const open = b.add('Identity', ['x'], { types: [typed('float32', ['rows', 3, 4])] });
      return b.add('Slice', [open, b.ints([0]), b.ints([9]), b.ints([0]), b.ints([2])], like);
    },
    form: 'Slice with a step over an axis of open size',
  },
  'batches of places': {
    build: (b) =>
      b.add('GatherND', ['x', b.input('at', 'int64', [2, 1])], {
        attributes: { batch_dims: 1 },
        types: [typed('float32', [2, 4])],
      }),
    form: 'GatherND with batch_dims',
  },
  'a product into places': {
    build: (b) =>
      b.add('ScatterND', ['x', b.add('Reshape', [places(b, 2), b.ints([2, 1])]), 'x'], {
        attributes: { reduction: { kind: 'string', value: 'mul' } },
        types: [typed('float32', SHAPE)],
      }),
    form: 'ScatterND with reduction mul',
  },
  'axes known only when it runs': {
    build: (b) =>
      b.add('ReduceSum', ['x', b.input('axes', 'int64', [1])], { types: [typed('float32', [2, 3, 1])] }),
    form: 'ReduceSum with axes that are known only when it runs',
  },
  'a gain that is learned': {
    build: (b) => b.add('LayerNormalization', [twice(b), vector(b)]),
    form: 'LayerNormalization with a gain that depends on the soft prompt',
  },
  'a mean that is used': {
    build: (b) => {
      const gain = floatsConstant(b, [1, 1, 1, 1], [4]);
      const [normal, mean] = b.addMany('LayerNormalization', ['x', gain], { outputs: 3 });
      return b.add('Add', [normal!, mean!]);
    },
    form: 'LayerNormalization whose statistics are used',
  },
  'weights in an order of their own': {
    build: (b) => {
      const bytes = bytesConstant(b, 'uint8', new Array(32).fill(0), [4, 1, 8]);
      const scales = floatsConstant(b, [1, 1, 1, 1], [4]);
      const attributes = { K: 4, N: 4, bits: 4, block_size: 16 };
      return b.add('MatMulNBits', ['x', bytes, scales, '', b.input('order', 'int32', [4])], {
        domain: MICROSOFT,
        attributes,
      });
    },
    form: 'com.microsoft.MatMulNBits with g_idx',
  },
  'weights of three bits': {
    build: (b) => {
      const bytes = bytesConstant(b, 'uint8', new Array(24).fill(0), [4, 1, 6]);
      const attributes = { K: 4, N: 4, bits: 3, block_size: 16 };
      return b.add('MatMulNBits', ['x', bytes, floatsConstant(b, [1, 1, 1, 1], [4])], {
        domain: MICROSOFT,
        attributes,
      });
    },
    form: 'com.microsoft.MatMulNBits of 3 bits',
  },
};

it.each(Object.entries(REFUSALS))('%s', (_, { build, form }) => {
  const b = newGraph('a model');
  b.input('x', 'float32', SHAPE);
  const y = build(b);
  const seed = b.input('seed', 'float32', b.graph.shapeOf(y));
  const attempt = () => differentiate(b, new Map([[y, seed]]), ['x']);
  expect(attempt).toThrow(SoftpromptError);
  expect(attempt).toThrow(`No gradient rule for ${form} in a model.`);
});
