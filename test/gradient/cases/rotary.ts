import { MICROSOFT } from '../../../src/engine/graph/graph';
import type { RuleCase } from '../numericCheck';
import { fusedNode, type RuleCases } from './building';

const rotated = (x: number[], pairs: number, attributes: Record<string, number> = {}): RuleCase => ({
  inputs: { x, cosines: [6, pairs], sines: [6, pairs] },
  wanted: ['x'],
  integers: { positions: { shape: [1, 3], values: [0, 4, 5] } },
  build: fusedNode('RotaryEmbedding', ['x', 'positions', 'cosines', 'sines'], attributes),
});

export const ROTARY: RuleCases = {
  [`${MICROSOFT}:RotaryEmbedding`]: {
    'two heads': rotated([1, 3, 8], 2),
    'by head': rotated([1, 2, 3, 4], 2),
    interleaved: rotated([1, 3, 8], 2, { interleaved: 1 }),
    'interleaved, by head': rotated([1, 2, 3, 4], 2, { interleaved: 1 }),
    'part of each head': rotated([1, 3, 16], 2, { rotary_embedding_dim: 4, num_heads: 2 }),
    'part of each head, by head': rotated([1, 2, 3, 8], 2, { rotary_embedding_dim: 4, num_heads: 2 }),
    'two rows, positions of their own': {
      ...rotated([2, 3, 8], 2),
      integers: { positions: { shape: [2, 3], values: [0, 4, 5, 1, 2, 3] } },
    },
    'two rows after a place that is given': {
      ...rotated([2, 3, 8], 2),
      integers: { positions: { shape: [1], values: [2] } },
    },
  },
};
