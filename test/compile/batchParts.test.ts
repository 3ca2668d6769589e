import { describe, expect, it } from 'vitest';
import { batchParts } from '../../src/engine/compile/batchParts';

const row = (length: number) => ({ tokens: new Int32Array(length) });

describe('batchParts', () => {
  it('leaves a batch alone that is small enough', () => {
    const batch = { rows: [row(8), row(20)], readouts: [{ row: 1, position: 0, target: 0 }] };
    expect(batchParts(batch, 20)).toEqual([{ batch, readouts: [0] }]);
  });

  it('cuts one by rows, with every readout once and at its row', () => {
    const rows = Array.from({ length: 7 }, (_, i) => row(100 + i));
    const readouts = [6, 0, 3, 3, 5, 1].map((row, target) => ({ row, position: row, target }));
    const parts = batchParts({ rows, readouts }, 900);
    expect(parts.every(({ batch }) => batch.rows.length <= 2)).toBe(true);
    expect(parts.flatMap(({ batch }) => batch.rows)).toEqual(rows);
    expect(parts.flatMap((part) => part.readouts).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { batch, readouts: own } of parts) {
      own.forEach((index, i) => {
        const { row, ...rest } = batch.readouts[i]!;
        expect(batch.rows[row]).toBe(rows[readouts[index]!.row]);
        expect(rest).toEqual({ position: readouts[index]!.position, target: readouts[index]!.target });
      });
    }
  });

  it('takes a row alone that is too long', () => {
    const parts = batchParts({ rows: [row(3000), row(3000)], readouts: [] }, 0);
    expect(parts.map(({ batch }) => batch.rows.length)).toEqual([1, 1]);
  });
});
