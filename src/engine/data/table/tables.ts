import type { TableRequests, TableRow } from '../../../protocol/table';
import { fileVersion, Table } from './table';

type Params<N extends keyof TableRequests> = TableRequests[N]['params'];
type Result<N extends keyof TableRequests> = TableRequests[N]['result'];

/** How long the first question may wait for the first rows. */
const FIRST_ROWS_MILLISECONDS = 400;

/** The tables that are open, one a viewer. A viewer that is not known (any more) gets its table opened by its question. */
export class Tables {
  readonly #tables = new Map<string, Promise<Table>>();

  /** Reads the file anew when it has changed. Throws as Table.open does. */
  async state({ viewer, file, query, known }: Params<'table/state'>): Promise<Result<'table/state'>> {
    let table = await this.#open(viewer, file);
    if (table.version !== (await fileVersion(file))) {
      this.close(viewer);
      table = await this.#open(viewer, file);
    }
    if (table.rows === 0 && !table.done) await Promise.race([table.grown(), wait(FIRST_ROWS_MILLISECONDS)]);
    return table.state(query, known);
  }

  async rows(
    { viewer, file, query, from, count }: Params<'table/rows'>,
    signal: AbortSignal,
  ): Promise<Result<'table/rows'>> {
    const table = await this.#open(viewer, file);
    return { version: table.version, from, rows: await table.slice(query, from, count, signal) };
  }

  async row({ viewer, file, row }: Params<'table/row'>): Promise<TableRow | null> {
    return (await (await this.#open(viewer, file)).row(row)) ?? null;
  }

  close(viewer: string): void {
    const table = this.#tables.get(viewer);
    this.#tables.delete(viewer);
    table?.then(
      (open) => open.close(),
      () => {}, // it was never open
    );
  }

  #open(viewer: string, file: string): Promise<Table> {
    let table = this.#tables.get(viewer);
    if (!table) {
      table = Table.open(file);
      this.#tables.set(viewer, table);
      table.catch(() => this.#tables.delete(viewer));
    }
    return table;
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
