import type { FrameLocator, Locator } from 'playwright-core';
import type { Workbench } from './workbench';

/** The page of a dataset's table, as a person uses it. */
export class TablePage {
  constructor(private readonly workbench: Workbench) {}

  get frame(): FrameLocator {
    return this.workbench.panel();
  }

  get grid(): Locator {
    return this.frame.getByRole('grid');
  }

  /** A row in view, by the text of its cells. */
  row(text: string | RegExp): Locator {
    return this.grid.getByRole('row').filter({ hasText: text }).first();
  }

  /** A cell in view. */
  cell(text: string): Locator {
    return this.grid.getByRole('gridcell', { name: text, exact: true }).first();
  }

  /** What the first row in view says, cell by cell. */
  async firstRow(): Promise<string[]> {
    const rows = await this.grid.locator('.grid-row:not(.grid-waiting)').all();
    const placed = await Promise.all(
      rows.map(async (row) => ({
        index: Number(await row.getAttribute('data-index')),
        cells: await row.locator('.grid-cell').allInnerTexts(),
      })),
    );
    return placed.sort((a, b) => a.index - b.index)[0]?.cells ?? [];
  }

  /** Number of the row that the keyboard is at; empty where it is not in view. */
  async activeRow(): Promise<string> {
    const numbers = this.grid.locator('[aria-selected="true"] .grid-number');
    return (await numbers.allInnerTexts()).join();
  }

  async search(text: string): Promise<void> {
    await this.frame.getByRole('textbox', { name: 'Find text in any column' }).fill(text);
  }

  async goToRow(row: number): Promise<void> {
    const box = this.frame.getByRole('textbox', { name: 'Go to row' });
    await box.fill(String(row));
    await box.press('Enter');
  }

  sortBy(column: string): Promise<void> {
    return this.frame.getByRole('columnheader').filter({ hasText: column }).locator('.head-name').click();
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name });
  }

  /** Keys in the rows. */
  async press(...keys: string[]): Promise<void> {
    await this.grid.focus();
    await this.keys(...keys);
  }

  /** Keys where the keyboard is. */
  async keys(...keys: string[]): Promise<void> {
    for (const key of keys) await this.workbench.page.keyboard.press(key);
  }
}
