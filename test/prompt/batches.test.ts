import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { microBatches, planEpoch } from '../../src/engine/prompt/batches';

const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 150 });
const batch = fc.oneof(
  fc.record({ rows: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ tokens: fc.integer({ min: 16, max: 2000 }) }),
);
const padding = (steps: number[][], lengths: number[]) =>
  steps.reduce((sum, step) => sum + step.length * Math.max(...step.map((i) => lengths[i]!)), 0);

describe('planEpoch', () => {
  it('has every row exactly once, in steps of the size asked for', () => {
    fc.assert(
      fc.property(lengths, batch, fc.nat(9), fc.nat(9), (lengths, batch, seed, epoch) => {
        const steps = planEpoch(lengths, { batch, seed, epoch });
        expect(steps.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
        const sizes = steps.map((step) => step.length);
        expect(sizes).not.toContain(0);
        if ('rows' in batch) {
          expect(steps).toHaveLength(Math.ceil(lengths.length / batch.rows));
          if (sizes.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        } else {
          for (const step of steps) {
            const padded = step.length * Math.max(...step.map((i) => lengths[i]!));
            expect(step.length === 1 || padded <= batch.tokens).toBe(true);
          }
        }
      }),
    );
  });

  it('is the same for the same seed and epoch, and another for others', () => {
    const lengths = Array.from({ length: 100 }, (_, i) => 5 + ((i * 37) % 60));
    const plan = (seed: number, epoch: number) => planEpoch(lengths, { batch: { rows: 16 }, seed, epoch });
    expect(plan(0, 0)).toEqual(plan(0, 0));
    expect(plan(0, 0)).not.toEqual(plan(0, 1));
    expect(plan(0, 0)).not.toEqual(plan(1, 0));
  });

  it('pads less than batches drawn at random', () => {
    const lengths = Array.from({ length: 1000 }, (_, i) => 5 + ((i * 7919) % 97));
    const steps = planEpoch(lengths, { batch: { rows: 16 }, seed: 0, epoch: 0 });
    const atRandom = Array.from({ length: 63 }, (_, i) => [...lengths.keys()].slice(i * 16, i * 16 + 16));
    expect(padding(steps, lengths)).toBeLessThan(0.85 * padding(atRandom, lengths));
  });
});

describe('microBatches', () => {
  it('have every row once and stay within the tokens, padding included', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 1000 }), (lengths, maxTokens) => {
        const groups = microBatches(lengths, { maxTokens });
        expect(groups.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
        for (const group of groups) {
          const padded = group.length * Math.max(...group.map((i) => lengths[i]!));
          expect(group.length === 1 || padded <= maxTokens).toBe(true);
        }
      }),
    );
  });
});
