import { describe, expect, it } from 'vitest';
import { type GraphBuilder, newGraph } from '../../src/engine/graph/builder';
import { floatsInitializer } from '../../src/engine/graph/constants';
import { fuseKnown } from '../../src/engine/graph/fusions/fuseKnown';
import { Random } from '../../src/engine/random';
import { floats } from '../../src/engine/runtime/tensor';
import { run } from './expansions/compare';

const SHAPES = { x: [2, 3, 8], gain: [8], shift: [8] };

type Build = (b: GraphBuilder) => string;

/** The last node's operator after fusion, the largest difference that fusing made, and the largest value. */
async function fusedBy(build: Build): Promise<{ op: string; difference: number; largest: number }> {
  const random = Random.seeded(2);
  const feeds = Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => {
      const count = shape.reduce((n, size) => n * size, 1);
      return [
        name,
        floats(
          Float32Array.from({ length: count }, () => 4 * random.next() - 2),
          shape,
        ),
      ];
    }),
  );
  const answers = async (fuse: boolean) => {
    const b = newGraph('g');
    for (const [name, shape] of Object.entries(SHAPES)) b.input(name, 'float32', shape);
    const output = build(b);
    if (fuse) fuseKnown(b.graph);
    const op = b.graph.nodes.at(-1)!.op;
    // onnxruntime wants no input that is not used.
    const used = new Set(b.graph.nodes.flatMap((node) => node.inputs));
    b.graph.inputs.splice(0, b.graph.inputs.length, ...Object.keys(SHAPES).filter((name) => used.has(name)));
    const given = Object.fromEntries(Object.entries(feeds).filter(([name]) => used.has(name)));
    return { op, values: (await run(b, given, [output]))[0]!.data as Float32Array };
  };
  const [plain, fused] = [await answers(false), await answers(true)];
  const difference = plain.values.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - fused.values[i]!)),
    0,
  );
  const largest = plain.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { op: fused.op, difference, largest };
}

const mean = (b: GraphBuilder, value: string, axis = -1) => b.add('ReduceMean', [value, b.ints([axis])]);
const variance = (b: GraphBuilder, value: string, axis = -1) =>
  b.add('Add', [mean(b, b.add('Pow', [value, b.scalar(2)]), axis), b.scalar(1e-5)]);
const deviation = (b: GraphBuilder, value: string, axis = -1) => b.add('Sqrt', [variance(b, value, axis)]);

const integers = (values: number[], shape: number[]) => ({
  type: 'uint8' as const,
  shape,
  data: { kind: 'inline' as const, bytes: Uint8Array.from(values) },
});

/** A product of integers as exporters write a dynamically quantised one. `stray`: with another value's scale. */
const quantised =
  (zeroPoints: boolean, stray = false) =>
  (b: GraphBuilder) => {
    const [value, scale, zeroPoint] = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
    const other = b.addMany('DynamicQuantizeLinear', ['gain'], { outputs: 3 });
    const bytes = b.initializer(
      'bytes',
      integers(
        Array.from({ length: 32 }, (_, i) => (i * 37) % 256),
        [8, 4],
      ),
    );
    const zeros = zeroPoints ? [b.initializer('zeros', integers([100, 120, 128, 90], [4]))] : [];
    const scales = b.initializer('scales', floatsInitializer([0.1, 0.2, 0.3, 0.1], [4]));
    const whole = b.add('MatMulInteger', [value!, bytes, zeroPoint!, ...zeros]);
    const both = b.add('Mul', [stray ? other[1]! : scale!, scales]);
    return b.add('Mul', [b.add('Cast', [whole], { attributes: { to: 1 } }), both]);
  };

const CASES: Record<string, Record<string, Build>> = {
  SimplifiedLayerNormalization: {
    'with a reciprocal': (b) =>
      b.add('Mul', ['gain', b.add('Mul', ['x', b.add('Reciprocal', [deviation(b, 'x')])])]),
    'with one by the root': (b) =>
      b.add('Mul', [b.add('Mul', ['x', b.add('Div', [b.scalar(1), deviation(b, 'x')])]), 'gain']),
    'with a quotient, square as a product': (b) => {
      const square = b.add('Mul', ['x', 'x']);
      const root = b.add('Sqrt', [b.add('Add', [b.scalar(1e-5), mean(b, square, 2)])]);
      return b.add('Mul', [b.add('Div', ['x', root]), 'gain']);
    },
    'with a negative power and casts that do nothing': (b) => {
      const same = b.add('Cast', ['x'], { attributes: { to: 1 } });
      const root = b.add('Pow', [variance(b, same), b.scalar(-0.5)]);
      const normal = b.add('Cast', [b.add('Mul', [same, root])], { attributes: { to: 1 } });
      return b.add('Mul', ['gain', normal]);
    },
  },
  LayerNormalization: {
    'as before opset 17': (b) => {
      const centred = b.add('Sub', ['x', mean(b, 'x')]);
      const scaled = b.add('Mul', [b.add('Div', [centred, deviation(b, centred)]), 'gain']);
      return b.add('Add', [scaled, 'shift']);
    },
  },
  Gelu: {
    'half of the product': (b) => {
      const raised = b.add('Add', [b.add('Erf', [b.add('Div', ['x', b.scalar(Math.SQRT2)])]), b.scalar(1)]);
      return b.add('Mul', [b.add('Mul', ['x', raised]), b.scalar(0.5)]);
    },
    'half of x': (b) => {
      const raised = b.add('Add', [b.scalar(1), b.add('Erf', [b.add('Mul', ['x', b.scalar(0.70710677)])])]);
      return b.add('Mul', [b.add('Mul', [b.scalar(0.5), 'x']), raised]);
    },
  },
  FastGelu: {
    'as Transformers writes it': (b) => {
      const cubic = b.add('Mul', [b.scalar(0.044715), b.add('Pow', ['x', b.scalar(3)])]);
      const bent = b.add('Mul', [b.add('Add', ['x', cubic]), b.scalar(0.7978845834732056)]);
      const raised = b.add('Add', [b.add('Tanh', [bent]), b.scalar(1)]);
      return b.add('Mul', [b.add('Mul', ['x', b.scalar(0.5)]), raised]);
    },
  },
  MatMulIntegerToFloat: { 'zero points': quantised(true), 'no zero points': quantised(false) },
  QuickGelu: {
    SiLU: (b) => b.add('Mul', ['x', b.add('Sigmoid', ['x'])]),
    'its own slope': (b) => b.add('Mul', [b.add('Sigmoid', [b.add('Mul', [b.scalar(1.702), 'x'])]), 'x']),
  },
};

const LEFT_ALONE: Record<string, Build> = {
  'a mean over another axis': (b) =>
    b.add('Mul', ['gain', b.add('Mul', ['x', b.add('Reciprocal', [deviation(b, 'x', 1)])])]),
  'a gain of another shape': (b) => {
    const normal = b.add('Mul', ['x', b.add('Reciprocal', [deviation(b, 'x')])]);
    return b.add('Mul', [b.add('Unsqueeze', ['gain', b.ints([0])]), normal]);
  },
  'a root of something else': (b) =>
    b.add('Mul', ['gain', b.add('Mul', ['shift', b.add('Reciprocal', [deviation(b, 'x')])])]),
  'another constant': (b) => {
    const raised = b.add('Add', [b.add('Erf', [b.add('Div', ['x', b.scalar(1.5)])]), b.scalar(1)]);
    return b.add('Mul', [b.add('Mul', ['x', raised]), b.scalar(0.5)]);
  },
  'a product of integers with the scale of another value': quantised(true, true),
  'a gate of something else': (b) => b.add('Mul', ['x', b.add('Sigmoid', ['gain'])]),
};

for (const [operator, cases] of Object.entries(CASES)) {
  describe(operator, () => {
    it.each(Object.entries(cases))('%s', async (_, build) => {
      const { op, difference, largest } = await fusedBy(build);
      expect(op).toBe(operator);
      expect(difference).toBeLessThan(2e-6 * Math.max(1, largest));
    });
  });
}

describe('is left alone', () => {
  it.each(Object.entries(LEFT_ALONE))('%s', async (_, build) => {
    expect((await fusedBy(build)).op).toBe('Mul');
  });
});

it('leaves what others read', () => {
  const b = newGraph('g');
  b.input('x', 'float32', [2, 3]);
  const gate = b.add('Sigmoid', ['x']);
  b.add('Mul', ['x', gate]);
  b.add('Neg', [gate]);
  fuseKnown(b.graph);
  expect(b.graph.nodes.map(({ op }) => op)).toEqual(['Sigmoid', 'QuickGelu', 'Neg']);
});
