import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Dataset, LeftOut } from './dataset';
import { MAX_COLUMNS } from './limits';
import { ProblemList } from './problems';
import type { RowSink } from './rowReader';

/** Repeated short values (labels, mostly) are kept once: at most this many of a column, up to this length. */
const POOL_SIZE = 2000;
const POOL_LENGTH = 64;

interface Column {
  cells: string[];
  /** The column's short values so far; undefined once they turned out to be too many. */
  pool?: Map<string, string>;
}

/** Collects rows column by column: a million rows are a few long arrays, not millions of objects. */
export class DatasetBuilder implements RowSink {
  readonly problems = new ProblemList();
  private readonly columns = new Map<string, Column>();
  private readonly rows: number[] = [];
  private readonly lines: number[] = [];
  private readonly endLines: number[] = [];
  private readonly leftOut: LeftOut = { count: 0, reasons: {} };

  constructor(readonly file: string) {}

  /** A new column; the rows so far have an empty cell in it. */
  addColumn(name: string): void {
    if (this.columns.size === MAX_COLUMNS) {
      throw new SoftpromptError('data-invalid', l10n`The dataset has more than ${MAX_COLUMNS} columns.`, {
        place: { file: this.file },
        hint: l10n`Remove the columns that the task does not need.`,
      });
    }
    this.columns.set(name, { cells: new Array<string>(this.rows.length).fill(''), pool: new Map() });
  }

  /** A row with a cell for each column, in the order they were added. */
  addCells(line: number, cells: readonly string[], endLine: number): void {
    this.startRow(line, endLine);
    let i = 0;
    for (const column of this.columns.values()) push(column, cells[i++]!);
  }

  /** A row by column name; unknown names become columns, missing ones empty cells. */
  addEntries(line: number, entries: Iterable<readonly [name: string, value: string]>, endLine: number): void {
    for (const [name, value] of entries) {
      if (!this.columns.has(name)) this.addColumn(name);
      const column = this.columns.get(name)!;
      if (column.cells.length === this.rows.length) push(column, value);
    }
    this.startRow(line, endLine);
    for (const column of this.columns.values()) {
      if (column.cells.length < this.rows.length) push(column, '');
    }
  }

  /** Lists a row that cannot be used, and counts it under `reason`. */
  leaveOut(
    line: number,
    reason: string,
    message: string,
    details: { hint?: string; column?: number } = {},
  ): void {
    const row = this.rows.length + this.leftOut.count + 1;
    this.leftOut.count += 1;
    this.leftOut.reasons[reason] = (this.leftOut.reasons[reason] ?? 0) + 1;
    this.problems.add({
      severity: 'warning',
      kind: 'bad-row',
      message: l10n`${message} The row is left out.`,
      place: { file: this.file, line, column: details.column, row },
      hint: details.hint,
    });
  }

  build(format: Dataset['format'], hash: string): Dataset {
    const { columns, rows, lines, endLines } = this;
    const names = [...columns.keys()];
    return {
      file: this.file,
      format,
      hash,
      columns: names,
      length: rows.length,
      rowAt: (index) => ({
        row: rows[index]!,
        line: lines[index]!,
        values: Object.fromEntries(names.map((name) => [name, columns.get(name)!.cells[index]!])),
      }),
      endLineAt: (index) => endLines[index]!,
      column: (name) => columns.get(name)?.cells,
      problems: this.problems.list(),
      leftOut: this.leftOut,
    };
  }

  private startRow(line: number, endLine: number): void {
    this.rows.push(this.rows.length + this.leftOut.count + 1);
    this.lines.push(line);
    this.endLines.push(endLine);
  }
}

function push(column: Column, value: string): void {
  const { cells, pool } = column;
  if (pool === undefined || value.length > POOL_LENGTH) {
    cells.push(value);
    return;
  }
  const known = pool.get(value);
  if (known === undefined) {
    if (pool.size === POOL_SIZE) column.pool = undefined;
    else pool.set(value, value);
  }
  cells.push(known ?? value);
}
