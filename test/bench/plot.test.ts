import { describe, expect, it } from 'vitest';
import { type Growth, growthPicture, growthTable, joinGrowths } from '../../bench/compare/growthReport';
import { VARIANTS } from '../../bench/compare/variants';
import { drawPanels } from '../../bench/plot/panels';
import { linearTicks, logarithmicTicks } from '../../bench/plot/ticks';

describe('ticks', () => {
  it('are round numbers within the axis', () => {
    expect(linearTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(0.31, 2.2)).toEqual([0.5, 1, 1.5, 2]);
    expect(linearTicks(0, 2000)).toEqual([0, 500, 1000, 1500, 2000]);
    expect(logarithmicTicks(3, 300)).toEqual([5, 10, 20, 50, 100, 200]);
  });
});

describe('a picture', () => {
  const x = { title: 'steps', range: [0, 10] as const };
  const y = { title: 'a < b & c', range: [1, 100] as const, logarithmic: true };

  it('has its points where they belong', () => {
    const points = [
      [0, 1],
      [5, 10],
      [10, 100],
    ] as const;
    const picture = drawPanels([{ title: 'one', x, y, curves: [{ points, colour: '#123456' }] }], []);
    const [, drawn] = picture.match(/<polyline points="([^"]+)"/)!;
    const [first, middle, last] = drawn!.split(' ').map((pair) => pair.split(',').map(Number));
    expect(middle).toEqual([(first![0]! + last![0]!) / 2, (first![1]! + last![1]!) / 2]);
    expect(first![1]).toBeGreaterThan(last![1]!);
  });

  it('has all of its legend inside', () => {
    const legend = VARIANTS.map(({ name }) => ({ name, colour: '#123456' }));
    const picture = drawPanels([{ title: 'one', x, y, curves: [] }], legend);
    const [, width, height] = picture.match(/viewBox="0 0 (\d+) (\d+)"/)!.map(Number);
    const marks = [...picture.matchAll(/<line x1="(\d+)" y1="(\d+)"[^>]*stroke-width="3"/g)];
    expect(marks).toHaveLength(VARIANTS.length);
    for (const [, left, top] of marks) {
      // A mark and some 28 letters.
      expect(Number(left) + 26 + 28 * 7).toBeLessThanOrEqual(width!);
      expect(Number(top)).toBeLessThan(height!);
    }
  });

  it('shields what is not to be read as marks', () => {
    const picture = drawPanels([{ title: 'one', x, y, curves: [] }], [{ name: '<b>', colour: '#123456' }]);
    expect(picture).toContain('a &lt; b &amp; c');
    expect(picture).toContain('&lt;b>');
  });
});

describe('growth', () => {
  const growth: Growth = {
    dimension: 'rows',
    variant: VARIANTS[3]!.name,
    points: [1, 2, 3].map((value) => ({ value, seconds: 0.5 + 0.25 * value, peak: 1 })),
  };

  it('is told as a straight line', () => {
    expect(growthTable([growth])[1]!.slice(1)).toEqual(['500.0', '250.0', '1.0000']);
  });

  it('is joined from parts, newer in place of older', () => {
    const layers: Growth = { ...growth, dimension: 'layers' };
    const again: Growth = { ...growth, points: [] };
    expect(joinGrowths([layers, growth], [again])).toEqual([again, layers]);
  });

  it('is drawn as points and their line', () => {
    const picture = growthPicture([growth]);
    expect(picture.match(/<circle/g)).toHaveLength(3);
    expect(picture.match(/<polyline/g)).toHaveLength(1);
    expect(picture).not.toContain('NaN');
  });
});
