import { describe, expect, it } from 'vitest';
import { type Blocks, Finding } from '../../../src/engine/data/table/finding';
import { sortInPieces } from '../../../src/engine/data/table/sortInPieces';
import { Random } from '../../../src/engine/random';
import type { TableRow } from '../../../src/protocol/table';
import type { TableQuery } from '../../../src/protocol/tableQuery';

/** A table of one column that is known from the beginning. */
function tableOf(cells: readonly string[], blockRows = 10_000): Blocks {
  const rows = cells.map((cell, index): TableRow => ({ row: index + 1, line: index + 2, cells: [cell] }));
  return {
    columns: ['key'],
    blockCount: Math.ceil(cells.length / blockRows),
    known: 1,
    complete: true,
    grown: async () => {},
    block: async (index) => rows.slice(index * blockRows, (index + 1) * blockRows),
  };
}

const by = (descending: boolean): TableQuery => ({ sort: { column: 'key', descending } });

async function sorted(cells: readonly string[], descending = false): Promise<string[]> {
  const finding = new Finding(by(descending), tableOf(cells));
  await finding.run();
  return Array.from(finding.indices, (index) => cells[index]!);
}

describe('sortInPieces', () => {
  it.each([0, 1, 2, 8_192, 8_193, 50_000, 131_073])('puts %i places in order', async (count) => {
    const random = Random.seeded(count, 1);
    const keys = Array.from({ length: count }, () => random.int(1_000));
    const compare = (a: number, b: number): number => keys[a]! - keys[b]! || a - b;
    const places = await sortInPieces(count, compare, () => true);
    expect([...places!]).toEqual([...keys.keys()].sort(compare));
  });

  it('gives others their turn, and says how far it is', async () => {
    let turns = 0;
    let sorting = true;
    const other = (): void => {
      turns += 1;
      if (sorting) setImmediate(other);
    };
    setImmediate(other);
    const shares: number[] = [];
    await sortInPieces(
      200_000,
      (a, b) => b - a,
      (share) => shares.push(share) > 0,
    );
    sorting = false;
    expect(shares.length).toBeGreaterThan(30);
    expect(turns).toBeGreaterThanOrEqual(shares.length - 1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('ends where it is not wanted any more', async () => {
    let heard = 0;
    expect(
      await sortInPieces(
        100_000,
        (a, b) => a - b,
        () => ++heard < 3,
      ),
    ).toBeUndefined();
    expect(heard).toBe(3);
  });
});

describe('a sorted table', () => {
  it('is in the order of its numbers, also where there are many', async () => {
    const cells = Array.from({ length: 40_000 }, (_, i) => `${(i * 7_919) % 40_000}`);
    expect(await sorted(cells)).toEqual(Array.from({ length: 40_000 }, (_, i) => `${i}`));
    expect((await sorted([...cells, ''], true)).slice(-2)).toEqual(['0', '']);
  });

  it('is in the order of the alphabet as soon as one cell is no number, be it the last', async () => {
    expect(await sorted(['10', '9', '', '2'])).toEqual(['2', '9', '10', '']);
    expect(await sorted(['10', '9', '', '2', 'ten'])).toEqual(['10', '2', '9', 'ten', '']);
    const classes = Array.from({ length: 30_000 }, (_, i) => `class ${i % 7}`);
    expect(await sorted(classes)).toEqual(classes.toSorted());
  });

  it('says how far the sorting is, and shows nothing before', async () => {
    const cells = Array.from({ length: 60_000 }, (_, i) => `row ${(i * 7_919) % 60_000}`);
    const finding = new Finding(by(false), tableOf(cells));
    const shares = new Set<number>();
    let over = false;
    const running = finding.run().then(() => {
      over = true;
    });
    while (!over) {
      const { rows, read, sorted: share } = finding.state();
      if (share !== undefined) {
        shares.add(share);
        expect({ rows, read }).toEqual({ rows: 0, read: 1 });
      }
      await new Promise(setImmediate);
    }
    await running;
    expect(shares.size).toBeGreaterThan(5);
    expect(finding.state()).toEqual({ rows: 60_000, read: 1, done: true });
  });

  it('stays in the file’s order where its keys need more memory than there is for them', async () => {
    const cells = Array.from({ length: 100 }, (_, i) => `a text of some length, the ${100 - i}th`);
    const finding = new Finding(by(false), tableOf(cells), 2_000);
    await finding.run();
    const { rows, done, tooManyToSort } = finding.state();
    expect({ rows, done }).toEqual({ rows: 100, done: true });
    expect(tooManyToSort).toBeGreaterThan(5);
    expect(tooManyToSort).toBeLessThan(50);
    expect(Array.from(finding.indices)).toEqual([...cells.keys()]);
  });
});
