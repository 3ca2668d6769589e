import { describe, expect, it } from 'vitest';
import { type GraphBuilder, newGraph } from '../../src/engine/graph/builder';
import { expandFused } from '../../src/engine/graph/expansions/expandFused';
import type { MaskNeed } from '../../src/engine/graph/expansions/expansion';
import { EXPANSIONS } from '../../src/engine/graph/expansions/expansionTable';
import { type Attribute, MICROSOFT } from '../../src/engine/graph/graph';
import { floats } from '../../src/engine/runtime/tensor';
import { compare, type ExpansionCase, float, fused, portsOf, run } from './expansions/compare';
import { GROUP_QUERY, group } from './expansions/groupQuery';
import { MULTI_HEAD } from './expansions/multiHead';
import { NORMALISATION } from './expansions/normalisation';

/** What each expansion computes is held to onnxruntime's own operator. */
const CASES: Record<string, Record<string, ExpansionCase>> = {
  ...GROUP_QUERY,
  ...MULTI_HEAD,
  ...NORMALISATION,
};

/** Without an operator of its own to compare with in this opset. */
const OTHERS = ['RMSNormalization'];

it('has a case for every expansion', () => {
  const named = Object.keys(CASES).map((op) => `${MICROSOFT}:${op}`);
  expect([...named, ...OTHERS].sort()).toEqual(Object.keys(EXPANSIONS).sort());
});

for (const [operator, cases] of Object.entries(CASES)) {
  describe(operator, () => {
    it.each(Object.entries(cases))('%s', async (_, c) => {
      const { difference } = await compare(c);
      expect(difference).toBeLessThan(1e-5);
    });
  });
}

it('asks for the masks that a node needs', async () => {
  const { needs } = await compare(CASES.GroupQueryAttention!['a window']!);
  expect(needs).toEqual([{ causal: true, window: 2 }]);
  expect((await compare(CASES.MultiHeadAttention!.plain!)).needs).toEqual([{ causal: false }]);
});

it('takes a cache of the window alone for the window', async () => {
  const b = newGraph('g');
  for (const [name, shape] of Object.entries(group({}).inputs)) b.input(name, 'float32', shape);
  group({ local_window_size: 4, sliding_window_cache: 1 }).build(b);
  const needs: MaskNeed[] = [];
  expandFused(b, portsOf(b, group({}), needs));
  expect(needs).toEqual([{ causal: true, window: 4 }]);
});

it('RMSNormalization, which this opset has not: x / √(mean(x²) + ε) · gain', async () => {
  const b = newGraph('g');
  const [x, gain] = [b.input('x', 'float32', [2, 3]), b.input('gain', 'float32', [3])];
  b.add('RMSNormalization', [x, gain], { name: 'y', attributes: { epsilon: float(0.5) } });
  expandFused(b, portsOf(b, group({}), []));
  const values = Float32Array.from([1, -2, 3, 0.5, 0, -1]);
  const gains = Float32Array.from([1, 2, -1]);
  const [y] = await run(b, { x: floats(values, [2, 3]), gain: floats(gains, [3]) }, ['y:0']);
  const expected = [0, 3].flatMap((row) => {
    const part = [...values.subarray(row, row + 3)];
    const root = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / 3 + 0.5);
    return part.map((value, i) => (value / root) * gains[i]!);
  });
  expected.forEach((value, i) => {
    expect(y!.data[i]).toBeCloseTo(value, 6);
  });
});

describe('refuses forms that it does not know, by name', () => {
  const node =
    (op: string, inputs: string[], attributes: Record<string, Attribute | number>, outputs = 1) =>
    (b: GraphBuilder) => {
      b.input('x', 'float32', [2, 5, 96]);
      b.input('weights', 'float32', [96, 96]);
      fused(b, op, inputs, { num_heads: 4, ...attributes }, outputs);
    };
  const string = (value: string): Attribute => ({ kind: 'string', value });
  const lengths = ['', ''];
  const REFUSED: Record<string, [string, (b: GraphBuilder) => void]> = {
    'a smooth softmax': [
      'GroupQueryAttention with a smooth softmax',
      node('GroupQueryAttention', ['x'], { kv_num_heads: 1, smooth_softmax: 1 }),
    ],
    'a sink of the heads': [
      'GroupQueryAttention with a smooth softmax',
      node('GroupQueryAttention', ['x', '', '', '', '', ...lengths, '', '', '', '', 'weights'], {
        kv_num_heads: 1,
      }),
    ],
    'a quantised cache': [
      'GroupQueryAttention with a quantised cache',
      node('GroupQueryAttention', ['x'], { kv_num_heads: 1, k_quant_type: string('PER_TENSOR') }),
    ],
    'scores as an output': [
      'GroupQueryAttention with its scores as an output',
      node('GroupQueryAttention', ['x', 'x', 'x'], { kv_num_heads: 4 }, 4),
    ],
    'packed heads': [
      'MultiHeadAttention with packed queries, keys and values',
      node('MultiHeadAttention', ['x'], {}),
    ],
    'rotary positions without tables': [
      'Attention with rotary positions',
      node('Attention', ['x', 'weights'], { do_rotary: 1 }),
    ],
    'statistics of a norm': [
      'SkipLayerNormalization with its statistics as outputs',
      node('SkipLayerNormalization', ['x', 'x', 'weights'], {}, 2),
    ],
  };

  it.each(Object.entries(REFUSED))('%s', (_, [form, add]) => {
    const b = newGraph('a model');
    add(b);
    const attempt = () => expandFused(b, portsOf(b, group({}), []));
    const message = `com.microsoft.${form} is not supported (a model).`;
    expect(attempt).toThrow(expect.objectContaining({ name: 'SoftpromptError', message }));
  });
});
