import { describe, expect, it } from 'vitest';
import { alignColumns, figuresOf, figuresTable, type Measured } from '../../bench/compare/report';
import { STOCK, VARIANTS } from '../../bench/compare/variants';

const start = { opened: 1, firstStep: 2 };

/** Seconds of two steps in two rounds. */
function measured(index: number, gradient: number[][]): Measured {
  const common = { start, forward: [[1], [2]], peak: 100, worstDifference: 0 };
  return { variant: VARIANTS[index]!, gradient, ...common, predict: { rows: 8, seconds: 4 } };
}

describe('figures of a measurement', () => {
  const slow = [
    [4, 5],
    [3, 2],
  ];
  const faster = [
    [2, 3],
    [1, 9],
  ];
  const ours = [
    [0.5, 0.7],
    [0.6, 0.5],
  ];
  const all = [measured(0, slow), measured(1, faster), measured(3, ours)];
  const figures = figuresOf(all, { rows: 10, tokens: 60, stock: STOCK });

  it('counts the shortest time of each step, and tells the median beside it', () => {
    const own = figures[STOCK.name]!;
    expect(own.step).toEqual({ median: 3, minimum: 2 });
    expect(own.perThousandRows).toBe(300);
    expect(own.perThousandRowsMedian).toBe(350);
    expect(own.tokensPerSecond).toBe(10);
    expect(own.predictRowsPerSecond).toBe(2);
  });

  it('gives ratios to stock PEFT and to the fastest PyTorch', () => {
    expect(Object.values(figures).map(({ timesStock }) => timesStock)).toEqual([1, 2, 6]);
    expect(Object.values(figures).map(({ timesBest }) => timesBest)).toEqual([0.5, 1, 3]);
  });

  it('has no ratios without a reference', () => {
    const [alone] = Object.values(figuresOf([all[2]!], { rows: 10, tokens: 60, stock: STOCK }));
    expect(alone!.timesStock).toBeUndefined();
    expect(figuresTable({ Softprompt: alone! })[1]).toContain('–');
  });
});

describe('a table', () => {
  it('has its first column to the left and the others to the right', () => {
    expect(
      alignColumns([
        ['', 'ms'],
        ['a longer name', '7'],
        ['short', '1234'],
      ]),
    ).toBe('                 ms\na longer name     7\nshort          1234');
  });
});
