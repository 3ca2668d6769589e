import { describe, expect, it } from 'vitest';
import { type LabelNode, labelNodes, stepTo } from '../../../src/extension/labels/labelNodes';
import type { LabelReview, SuspiciousLabel } from '../../../src/protocol/labels';

const label = (row: number, state: SuspiciousLabel['state'] = 'open') =>
  ({ file: '/w/a.csv', row, line: row + 1, state, confidence: 1 - row / 100 }) as SuspiciousLabel;
const review = (labels: SuspiciousLabel[]) => ({ taskFile: '/w/a.softprompt.json', labels }) as LabelReview;
const rows = (nodes: readonly LabelNode[]) => nodes.map((node) => node.label.row);

describe('the list of suspicious labels', () => {
  const all = review([label(1), label(2, 'dismissed'), label(3, 'excluded'), label(4, 'gone'), label(5)]);

  it('has those that nobody decided about, and dismissed ones behind them where wanted', () => {
    expect(rows(labelNodes([all], false)[0]!.labels)).toEqual([1, 5]);
    expect(rows(labelNodes([all], true)[0]!.labels)).toEqual([1, 5, 2]);
  });
});

describe('walking through', () => {
  const [task] = labelNodes([review([label(1), label(2), label(3)])], false);
  const open = task!.labels;
  const rowAfter = (last: Parameters<typeof stepTo>[1], step: 1 | -1, among = open) =>
    stepTo(among, last, step)?.node.label.row;

  it('begins with the most suspicious and goes around the end', () => {
    expect(rowAfter(undefined, 1)).toBe(1);
    expect(rowAfter({ node: open[0]!, index: 0 }, 1)).toBe(2);
    expect(rowAfter({ node: open[2]!, index: 2 }, 1)).toBe(1);
    expect(rowAfter({ node: open[0]!, index: 0 }, -1)).toBe(3);
    expect(rowAfter(undefined, 1, [])).toBeUndefined();
  });

  it('goes on where a decided one stood', () => {
    const left = [open[0]!, open[2]!];
    expect(rowAfter({ node: open[1]!, index: 1 }, 1, left)).toBe(3);
    expect(rowAfter({ node: open[1]!, index: 1 }, -1, left)).toBe(1);
    expect(rowAfter({ node: open[2]!, index: 2 }, 1, open.slice(0, 2))).toBe(1);
  });

  it('knows a row again after the list was read anew', () => {
    const again = labelNodes([review([label(1), label(2), label(3)])], false)[0]!.labels;
    expect(rowAfter({ node: open[1]!, index: 0 }, 1, again)).toBe(3);
  });
});
