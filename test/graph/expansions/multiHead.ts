import type { GraphBuilder } from '../../../src/engine/graph/builder';
import { type ExpansionCase, float, fused, int32, LENGTH, PAST, ROWS } from './compare';
import { caches, HEADS, SIZE } from './sizes';

const width = HEADS * SIZE;
const threeInputs = {
  query: [ROWS, LENGTH, width],
  key: [ROWS, LENGTH, width],
  value: [ROWS, LENGTH, width],
};

export const MULTI_HEAD: Record<string, Record<string, ExpansionCase>> = {
  MultiHeadAttention: {
    plain: {
      inputs: threeInputs,
      build: (b) => fused(b, 'MultiHeadAttention', ['query', 'key', 'value'], { num_heads: HEADS }),
    },
    'biases, causal, its own scale': {
      inputs: { ...threeInputs, bias: [3 * width] },
      build: (b) =>
        fused(b, 'MultiHeadAttention', ['query', 'key', 'value', 'bias'], {
          num_heads: HEADS,
          unidirectional: 1,
          scale: float(0.5),
        }),
    },
    'padded rows': {
      inputs: threeInputs,
      padding: [0, 2],
      build: (b) => {
        const mask = int32(b, [1, 1, 1, 1, 1, 1, 1, 1, 0, 0], [ROWS, LENGTH]);
        return fused(b, 'MultiHeadAttention', ['query', 'key', 'value', '', mask], { num_heads: HEADS });
      },
    },
    'a past, a bias of the scores': {
      past: PAST,
      inputs: { ...threeInputs, ...caches(HEADS, PAST), scores: [1, HEADS, LENGTH, LENGTH + PAST] },
      build: (b) =>
        fused(
          b,
          'MultiHeadAttention',
          ['query', 'key', 'value', '', '', 'scores', 'past keys', 'past values'],
          { num_heads: HEADS },
          3,
        ),
    },
    'a past that rows share': {
      past: PAST,
      sharedPast: true,
      inputs: { ...threeInputs, ...caches(HEADS, PAST) },
      build: (b) =>
        fused(
          b,
          'MultiHeadAttention',
          ['query', 'key', 'value', '', '', '', 'past keys', 'past values'],
          { num_heads: HEADS, unidirectional: 1 },
          3,
        ),
    },
    'keys and values that are by head already': {
      open: true,
      inputs: {
        query: [ROWS, LENGTH, width],
        key: [ROWS, HEADS, 7, SIZE],
        value: [ROWS, HEADS, 7, SIZE],
      },
      build: (b) => fused(b, 'MultiHeadAttention', ['query', 'key', 'value'], { num_heads: HEADS }),
    },
  },
  Attention: {
    plain: {
      inputs: { x: [ROWS, LENGTH, 12], weights: [12, 3 * width], bias: [3 * width] },
      build: (b) => fused(b, 'Attention', ['x', 'weights', 'bias'], { num_heads: HEADS }),
    },
    'causal, values of another width': {
      inputs: { x: [ROWS, LENGTH, 12], weights: [12, 2 * width + 16], bias: [2 * width + 16] },
      build: (b) =>
        fused(b, 'Attention', ['x', 'weights', 'bias'], {
          num_heads: HEADS,
          unidirectional: 1,
          scale: float(0.3),
          qkv_hidden_sizes: { kind: 'ints', value: [width, width, 16] },
        }),
    },
    'padded rows': {
      inputs: { x: [ROWS, LENGTH, 12], weights: [12, 3 * width], bias: [3 * width] },
      padding: [1, 0],
      build: (b) => {
        const mask = int32(b, [1, 1, 1, 1, 0, 1, 1, 1, 1, 1], [ROWS, LENGTH]);
        return fused(b, 'Attention', ['x', 'weights', 'bias', mask], { num_heads: HEADS });
      },
    },
    'a past': {
      past: PAST,
      inputs: {
        x: [ROWS, LENGTH, 12],
        weights: [12, 3 * width],
        bias: [3 * width],
        past: [2, ROWS, HEADS, PAST, SIZE],
      },
      build: (b) =>
        fused(
          b,
          'Attention',
          ['x', 'weights', 'bias', '', 'past'],
          { num_heads: HEADS, unidirectional: 1 },
          2,
        ),
    },
  },
  QAttention: {
    plain: {
      inputs: { x: [ROWS, LENGTH, 12], bias: [3 * width] },
      build: (b) => quantised(b, {}),
    },
    'causal, with a past': {
      past: PAST,
      inputs: { x: [ROWS, LENGTH, 12], bias: [3 * width], past: [2, ROWS, HEADS, PAST, SIZE] },
      build: (b) => quantised(b, { unidirectional: 1 }, ['past'], 2),
    },
  },
};

/** QAttention of an input that is quantised before it. */
function quantised(
  b: GraphBuilder,
  attributes: Record<string, number>,
  past: string[] = [],
  outputs = 1,
): string[] {
  const [value, scale, zeroPoint] = b.addMany('DynamicQuantizeLinear', ['x'], { outputs: 3 });
  const bytes = Uint8Array.from({ length: 12 * 3 * width }, (_, i) => (i * 97) % 251);
  const weights = b.initializer('weights', {
    type: 'uint8',
    shape: [12, 3 * width],
    data: { kind: 'inline', bytes },
  });
  const middle = b.initializer('middle', {
    type: 'uint8',
    shape: [],
    data: { kind: 'inline', bytes: Uint8Array.of(125) },
  });
  const inputs = [value!, weights, 'bias', scale!, b.scalar(0.004), '', zeroPoint!, middle, ...past];
  return fused(b, 'QAttention', inputs, { num_heads: HEADS, ...attributes }, outputs);
}
