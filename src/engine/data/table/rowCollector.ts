import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { TableRow } from '../../../protocol/table';
import { MAX_COLUMNS } from '../limits';
import type { RowSink } from '../rowReader';

/** Takes the rows of one block. The columns belong to the whole file: name → place among a row's cells. */
export class RowCollector implements RowSink {
  /** What is odd about the file is listed by inspectDataset. */
  readonly problems = { add(): void {} };
  #rows: TableRow[] = [];

  constructor(
    readonly file: string,
    private readonly columns: Map<string, number>,
    private next: number,
  ) {}

  /** Hands the rows out and begins anew. */
  take(): TableRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  addColumn(name: string): void {
    if (this.columns.has(name)) return;
    if (this.columns.size === MAX_COLUMNS) {
      throw new SoftpromptError('data-invalid', l10n`The dataset has more than ${MAX_COLUMNS} columns.`, {
        place: { file: this.file },
        hint: l10n`Remove the columns that the task does not need.`,
      });
    }
    this.columns.set(name, this.columns.size);
  }

  addCells(line: number, cells: readonly string[]): void {
    this.#rows.push({ row: this.next++, line, cells: cells as string[] });
  }

  addEntries(line: number, entries: Iterable<readonly [name: string, value: string]>): void {
    const cells: string[] = [];
    for (const [name, value] of entries) {
      this.addColumn(name);
      const at = this.columns.get(name)!;
      while (cells.length < at) cells.push('');
      cells[at] = value;
    }
    this.#rows.push({ row: this.next++, line, cells });
  }

  leaveOut(line: number, _reason: string, message: string): void {
    this.#rows.push({ row: this.next++, line, cells: [], fault: message });
  }
}
