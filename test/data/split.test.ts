import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRows, splitRows } from '../../src/engine/data/split';

const labels = fc.array(fc.constantFrom('a', 'b', 'c', 'rare'), { minLength: 1, maxLength: 120 });
const fraction = fc.double({ min: 0, max: 0.3, noNaN: true });
const seed = fc.nat(1000);

describe('split', () => {
  it('is a partition, the same for the same seed', () => {
    fc.assert(
      fc.property(labels, fraction, fraction, seed, fc.nat(5), (strata, validation, test, seed, twins) => {
        const rows = strata.map((stratum, i) => ({ stratum, key: twins === 0 ? i : i % (twins * 20) }));
        const split = splitRows(rows, { validation, test }, seed);
        const all = [...split.train, ...split.validation, ...split.test].sort((a, b) => a - b);
        expect(all).toEqual([...rows.keys()]);
        expect(splitRows(rows, { validation, test }, seed)).toEqual(split);
      }),
    );
  });

  it('gives every class its part, at most one row off, and a row to learn from', () => {
    fc.assert(
      fc.property(labels, fraction, fraction, seed, (strata, validation, test, seed) => {
        const rows = strata.map((stratum, key) => ({ stratum, key }));
        const split = splitRows(rows, { validation, test }, seed);
        for (const label of new Set(strata)) {
          const count = (side: number[]) => side.filter((i) => strata[i] === label).length;
          const size = strata.filter((stratum) => stratum === label).length;
          const part = (fraction: number) => (size * Math.round(strata.length * fraction)) / strata.length;
          expect(count(split.train)).toBeGreaterThanOrEqual(1);
          expect(Math.abs(count(split.test) - part(test))).toBeLessThan(1);
          // Where test and validation both round up in a tiny class, validation gives way.
          expect(count(split.validation) - part(validation)).toBeLessThan(1);
          if (size > 6) expect(Math.abs(count(split.validation) - part(validation))).toBeLessThan(1);
        }
      }),
    );
  });

  it('keeps rows with the same text on one side', () => {
    fc.assert(
      fc.property(
        labels,
        fraction,
        fraction,
        seed,
        fc.integer({ min: 1, max: 40 }),
        (strata, v, t, seed, texts) => {
          const rows = strata.map((stratum, i) => ({ stratum, key: i % texts }));
          const split = splitRows(rows, { validation: v, test: t }, seed);
          const keys = [split.train, split.validation, split.test].map(
            (side) => new Set(side.map((i) => i % texts)),
          );
          const sum = keys.reduce((sum, side) => sum + side.size, 0);
          expect(sum).toBe(new Set(rows.map((row) => row.key)).size);
        },
      ),
    );
  });

  it('draws another split for another seed', () => {
    const rows = Array.from({ length: 100 }, (_, key) => ({ stratum: key % 2 ? 'a' : 'b', key }));
    const fractions = { validation: 0.1, test: 0.2 };
    expect(splitRows(rows, fractions, 0)).not.toEqual(splitRows(rows, fractions, 1));
    expect(splitRows(rows, fractions, 0).test).toHaveLength(20);
  });
});

describe('sample', () => {
  it('has the size asked for, each row once, every class with its part', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 1, max: 130 }), seed, (strata, count, seed) => {
        const drawn = sampleRows(strata, count, seed);
        expect(new Set(drawn).size).toBe(Math.min(count, strata.length));
        for (const label of new Set(strata)) {
          const size = strata.filter((stratum) => stratum === label).length;
          const part = (size * drawn.length) / strata.length;
          expect(Math.abs(drawn.filter((i) => strata[i] === label).length - part)).toBeLessThan(1);
        }
      }),
    );
  });
});
