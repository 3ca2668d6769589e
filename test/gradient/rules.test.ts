import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/engine/gradient/ruleTable';
import type { GraphBuilder } from '../../src/engine/graph/builder';
import { MICROSOFT } from '../../src/engine/graph/graph';
import { checkRule, type RuleCase } from './numericCheck';

const binary = (op: string) => (b: GraphBuilder) => b.add(op, ['x', 'y']);
const unary = (op: string) => (b: GraphBuilder) => b.add(op, ['x']);
const perm = (value: number[]) => ({ attributes: { perm: { kind: 'ints' as const, value } } });

const fused = (transA: number, transB: number, alpha: number) => (b: GraphBuilder) =>
  b.add('FusedMatMul', ['x', 'y'], {
    domain: MICROSOFT,
    attributes: { transA, transB, alpha: { kind: 'float', value: alpha } },
  });

const reduction = (op: string, axes: number[], keepdims: number) => (b: GraphBuilder) =>
  b.add(op, ['x', b.ints(axes)], { attributes: { keepdims } });

/** At least one case for each operator of the rule table; more where attributes or broadcasting change the rule. */
const CASES: Record<string, Record<string, RuleCase>> = {
  Add: {
    same: { inputs: { x: [2, 3], y: [2, 3] }, build: binary('Add') },
    broadcast: { inputs: { x: [4, 2, 3], y: [2, 1] }, build: binary('Add') },
    'used twice': { inputs: { x: [2, 3] }, build: (b) => b.add('Add', ['x', b.add('Mul', ['x', 'x'])]) },
  },
  Sub: { broadcast: { inputs: { x: [3], y: [2, 4, 3] }, build: binary('Sub') } },
  Mul: { broadcast: { inputs: { x: [2, 3, 1], y: [3, 4] }, build: binary('Mul') } },
  Div: { broadcast: { inputs: { x: [2, 3], y: [3] }, positive: true, build: binary('Div') } },
  Neg: { plain: { inputs: { x: [5] }, build: unary('Neg') } },
  Exp: { plain: { inputs: { x: [2, 3] }, build: unary('Exp') } },
  Sigmoid: { plain: { inputs: { x: [2, 3] }, build: unary('Sigmoid') } },
  [`${MICROSOFT}:QuickGelu`]: Object.fromEntries(
    [1, 1.702].map((alpha) => [
      `alpha ${alpha}`,
      {
        inputs: { x: [3, 4] },
        build: (b: GraphBuilder) =>
          b.add('QuickGelu', ['x'], {
            domain: MICROSOFT,
            attributes: { alpha: { kind: 'float', value: alpha } },
          }),
      },
    ]),
  ),
  MatMul: {
    matrices: { inputs: { x: [2, 3], y: [3, 4] }, build: binary('MatMul') },
    'batch against one matrix': { inputs: { x: [2, 5, 3], y: [3, 4] }, build: binary('MatMul') },
    'broadcast batches': { inputs: { x: [2, 1, 5, 3], y: [4, 3, 2] }, build: binary('MatMul') },
  },
  [`${MICROSOFT}:FusedMatMul`]: {
    plain: { inputs: { x: [2, 2, 3], y: [2, 3, 4] }, build: fused(0, 0, 0.5) },
    'b transposed': { inputs: { x: [2, 2, 3], y: [4, 3] }, build: fused(0, 1, 1) },
    'a transposed': { inputs: { x: [2, 3, 2], y: [2, 3, 4] }, build: fused(1, 0, 2) },
    'both transposed': { inputs: { x: [3, 2], y: [4, 3] }, build: fused(1, 1, -1) },
  },
  Reshape: {
    fixed: { inputs: { x: [2, 6] }, build: (b) => b.add('Reshape', ['x', b.ints([3, 4])]) },
    'copied and left over': {
      inputs: { x: [2, 6, 5] },
      build: (b) => b.add('Reshape', ['x', b.ints([0, 3, -1])]),
    },
  },
  Transpose: {
    'three axes': { inputs: { x: [2, 3, 4] }, build: (b) => b.add('Transpose', ['x'], perm([2, 0, 1])) },
  },
  Expand: {
    leading: { inputs: { x: [1, 3, 2] }, build: (b) => b.add('Expand', ['x', b.ints([4, 1, 1])]) },
    'more axes': { inputs: { x: [3, 1] }, build: (b) => b.add('Expand', ['x', b.ints([2, 3, 4])]) },
  },
  Concat: {
    'middle axis': {
      inputs: { x: [2, 3, 2], y: [2, 1, 2] },
      build: (b) => b.add('Concat', ['x', 'y'], { attributes: { axis: 1 } }),
    },
  },
  Split: {
    'one part unused': {
      inputs: { x: [2, 6] },
      build: (b) =>
        b.addMany('Split', ['x', b.ints([1, 3, 2])], { attributes: { axis: -1 }, outputs: 3 }).slice(0, 2),
    },
  },
  GatherElements: {
    repeated: {
      inputs: { x: [2, 4] },
      integers: { at: { shape: [2, 3], values: [1, 1, 3, 0, 2, 0] } },
      build: (b) => b.add('GatherElements', ['x', 'at'], { attributes: { axis: 1 } }),
    },
  },
  Softmax: {
    'last axis': {
      inputs: { x: [2, 3, 4] },
      build: (b) => b.add('Softmax', ['x'], { attributes: { axis: -1 } }),
    },
  },
  LogSoftmax: {
    'last axis': {
      inputs: { x: [3, 5] },
      build: (b) => b.add('LogSoftmax', ['x'], { attributes: { axis: -1 } }),
    },
  },
  ReduceSum: {
    kept: { inputs: { x: [2, 3, 4] }, build: reduction('ReduceSum', [1], 1) },
    dropped: { inputs: { x: [2, 3, 4] }, build: reduction('ReduceSum', [0, 2], 0) },
  },
  ReduceMean: { kept: { inputs: { x: [2, 3, 4] }, build: reduction('ReduceMean', [-1], 1) } },
  SimplifiedLayerNormalization: {
    'with gain': {
      inputs: { x: [2, 3, 8], gain: [8] },
      wanted: ['x'],
      build: (b) =>
        b.addMany('SimplifiedLayerNormalization', ['x', 'gain'], {
          attributes: { axis: -1, epsilon: { kind: 'float', value: 1e-5 } },
          outputs: 2,
        })[0]!,
    },
  },
  [`${MICROSOFT}:RotaryEmbedding`]: {
    'two heads': {
      inputs: { x: [1, 3, 8], cosines: [6, 2], sines: [6, 2] },
      wanted: ['x'],
      integers: { positions: { shape: [1, 3], values: [0, 4, 5] } },
      build: (b) => b.add('RotaryEmbedding', ['x', 'positions', 'cosines', 'sines'], { domain: MICROSOFT }),
    },
  },
};

it('has a case for every rule', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(RULES).sort());
});

for (const [operator, cases] of Object.entries(CASES)) {
  describe(operator, () => {
    it.each(Object.entries(cases))('%s', async (_, rule) => {
      const { analytic, numeric } = await checkRule(rule);
      expect(Math.abs(numeric)).toBeGreaterThan(1e-3);
      expect(Math.abs(analytic - numeric) / Math.abs(numeric)).toBeLessThan(2e-3);
    });
  });
}
