import type { TableColumn, TableState } from '../../../src/protocol/table';
import type { FromTable, TablePageState, ToTable } from '../../../src/protocol/tablePage';
import type { Harness, OpenOptions, Panel } from '../harness';

export interface TableTypes {
  to: ToTable;
  from: FromTable;
  kept: TablePageState;
}

export const COLUMNS: TableColumn[] = [
  { name: 'id', kind: 'number', missing: 0, meanLength: 5, least: 1, most: 1_000_000 },
  { name: 'text', kind: 'text', missing: 31_000, meanLength: 61.2 },
  {
    name: 'label',
    kind: 'class',
    missing: 0,
    meanLength: 8,
    distinct: 3,
    classes: [
      { value: 'billing', count: 500_000 },
      { value: 'delivery', count: 300_000 },
      { value: 'account', count: 200_000 },
    ],
  },
  { name: 'note', kind: 'empty', missing: 1_000_000, meanLength: 0, distinct: 0 },
];

export function tableState(rows: number, change: Partial<TableState> = {}): TableState {
  return {
    version: 'v1',
    format: 'csv',
    bytes: 123_456_789,
    rows,
    leftOut: 0,
    read: 1,
    done: true,
    columns: COLUMNS,
    revision: 1,
    found: { rows, read: 1, done: true },
    ...change,
  };
}

/** A table's page whose rows are answered as the extension would, row n of the file being the n-th. */
export async function openTable(
  harness: Harness<TableTypes>,
  options: OpenOptions<TableTypes> & { rows?: number; delay?: number } = {},
): Promise<Panel<TableTypes>> {
  const { rows = 1_000_000, delay = 0, ...rest } = options;
  const table = await harness.open(rest);
  await table.page.evaluate(
    ({ most, delay }) => {
      const posted = (window as unknown as { posted: { type: string }[] }).posted;
      const say = (data: unknown): void => {
        setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data })), delay);
      };
      const rowOf = (index: number) => {
        const row = index + 1;
        if (row === 7) return { row, line: 8, cells: [], fault: 'The row has 3 cells, the header 4.' };
        const label = ['billing', 'delivery', 'account'][index % 3]!;
        const text = row === 3 ? 'two\nlines' : `Message ${row}: please help me with my ${label}, it is late`;
        return { row, line: row + 1, cells: [String(row), text, label, ''] };
      };
      posted.push = (...messages) => {
        for (const message of messages as never as {
          type: string;
          from: number;
          count: number;
          row: number;
        }[]) {
          posted[posted.length] = message;
          if (message.type === 'rows') {
            const { from, count } = message;
            const length = Math.max(0, Math.min(count, most - from));
            const answered = Array.from({ length }, (_, i) => rowOf(from + i));
            say({
              type: 'rows',
              query: (message as never as { query: object }).query,
              version: 'v1',
              from,
              rows: answered,
            });
          }
          if (message.type === 'row') say({ type: 'row', number: message.row, row: rowOf(message.row - 1) });
        }
        return posted.length;
      };
    },
    { most: rows, delay },
  );
  await table.send({ type: 'open', name: 'support.csv', text: true, trusted: true });
  return table;
}

/** Such a table with its rows on the screen. */
export async function openFullTable(
  harness: Harness<TableTypes>,
  options: OpenOptions<TableTypes> & { rows?: number; delay?: number } = {},
): Promise<Panel<TableTypes>> {
  const table = await openTable(harness, options);
  await table.send({
    type: 'state',
    query: options.kept?.query ?? {},
    state: tableState(options.rows ?? 1_000_000),
  });
  await table.page.locator('.grid-row:not(.grid-waiting)').first().waitFor();
  await table.settled();
  return table;
}
