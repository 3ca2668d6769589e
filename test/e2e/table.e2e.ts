import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { tellStory } from './story';
import { TablePage } from './tablePage';
import { DATASET, datasetText, ROWS, tinyTask, type Workspace } from './workspace';

const PARQUET = join(__dirname, '../oracle/fixtures/parquet/zstd.parquet');
/** Above what VS Code hands to extensions as a document. */
const LARGE_ROWS = 1_000_000;

const PARCELS = 'parcels.parquet';
const PARCEL_ROWS = 200;
/** The row without a label, and the one whose text is among the test rows too. */
const UNLABELLED_ROW = 121;
const LEAKED_ROW = 151;

async function writeFiles(workspace: Workspace): Promise<void> {
  await copyFile(PARQUET, workspace.file('kinds.parquet'));
  const rows = Array.from({ length: PARCEL_ROWS }, (_, i) => i + 1);
  const text = rows.map((row) => (row % 2 ? `Where is parcel ${row}` : `Invoice ${row} is wrong`));
  const label = rows.map((row) => (row === UNLABELLED_ROW ? '' : row % 2 ? 'delivery' : 'billing'));
  const columnData = [
    { name: 'text', data: text },
    { name: 'label', data: label },
  ];
  await writeFile(workspace.file(PARCELS), new Uint8Array(parquetWriteBuffer({ columnData })));
  await writeFile(
    workspace.file('new.csv'),
    `text,label\n${text[LEAKED_ROW - 1]},delivery\nNo invoice,billing\n`,
  );
}

function largeText(): string {
  const lines = Array.from(
    { length: LARGE_ROWS },
    (_, i) => `${i + 1},"Message ${i + 1}, with some more words to it so that the file is large",${i % 3}`,
  );
  return `id,text,class\n${lines.join('\n')}\n`;
}

describe('Datasets as tables', () => {
  const { workspace, workbench } = tellStory({
    files: {
      [DATASET]: datasetText(),
      'topics.softprompt.json': tinyTask({ steps: 5 }),
      'parcels.softprompt.json': { ...tinyTask({ steps: 5 }), data: { train: PARCELS, test: 'new.csv' } },
      'large.csv': largeText(),
    },
    prepare: writeFiles,
  });
  const table = new TablePage(workbench);

  it('opens a CSV file as a table, with its columns summed up', async () => {
    await workbench.openFile(DATASET);
    await workbench.lens(`${ROWS} rows`).waitFor({ timeout: 60_000 });
    await workbench.command('Softprompt: Open as Table');
    await table.row('Hi, charged twice').waitFor();
    await table.frame.getByText(`${ROWS} rows · 2 columns`).waitFor();
    const label = table.frame.getByRole('combobox', { name: 'Only rows of one class in label' });
    expect(await label.locator('option').allInnerTexts()).toEqual([
      '3 classes',
      'account · 36',
      'billing · 36',
      'delivery · 36',
    ]);
    await workbench.screenshot('1-csv');
  });

  it('filters by a class and by text, and shows all again', async () => {
    await table.frame
      .getByRole('combobox', { name: 'Only rows of one class in label' })
      .selectOption('delivery');
    await table.frame.getByText(`36 of ${ROWS} rows`).waitFor();
    await table.search('LATE');
    await table.frame.getByText(`6 of ${ROWS} rows`, { exact: true }).waitFor();
    await table.row('Sorry, parcel is late').waitFor();
    await workbench.screenshot('2-filtered');
    await table.search('no such text');
    await table.frame.getByRole('heading', { name: 'No row matches' }).waitFor();
    await table.button('Show all rows').click();
    await table.row('Hi, charged twice').waitFor();
  });

  it('sorts by a column, down, up and not at all', async () => {
    await table.sortBy('text');
    await expect.poll(() => table.firstRow()).toEqual(['Again! box was open', 'delivery']);
    await table.sortBy('text');
    await expect.poll(() => table.firstRow()).toEqual(['wrong invoice', 'billing']);
    await table.sortBy('text');
    await expect.poll(() => table.firstRow()).toEqual(['Hi, charged twice', 'billing']);
  });

  it('sorts and filters by keyboard alone', async () => {
    await table.press('Control+Home', 'ArrowUp', 'Enter');
    await expect.poll(() => table.firstRow()).toEqual(['Again! box was open', 'delivery']);
    await table.keys('Enter');
    await expect.poll(() => table.firstRow()).toEqual(['wrong invoice', 'billing']);
    await workbench.screenshot('2-keyboard');
    await table.keys('ArrowRight', 'Tab', 'd');
    await table.frame.getByText(`36 of ${ROWS} rows`).waitFor();
    await expect.poll(() => table.firstRow()).toEqual(['wrong address', 'delivery']);
    await table.keys('Control+F');
    await workbench.page.keyboard.type('late');
    await table.frame.getByText(`6 of ${ROWS} rows`, { exact: true }).waitFor();
    await table.keys('Tab', 'Enter');
    await table.button('label = delivery').waitFor({ state: 'hidden' });
    await table.keys('End', ...'late'.split('').map(() => 'Backspace'));
    await expect.poll(() => table.firstRow()).toEqual(['wrong invoice', 'billing']);
    await table.press('ArrowUp', 'ArrowLeft', 'Enter');
    await expect.poll(() => table.firstRow()).toEqual(['Hi, charged twice', 'billing']);
  });

  it('shows a row in full with its prompt, by keyboard alone, and the row in the text', async () => {
    await table.press('Control+Home', 'ArrowDown', 'Enter');
    const pane = table.frame.getByRole('complementary', { name: 'Row in full' });
    await pane.getByText('Row 2, line 3').waitFor();
    await pane.getByText('Message: Hi, wrong invoice').waitFor({ timeout: 60_000 });
    await pane.getByText('8 virtual tokens').waitFor();
    await workbench.screenshot('3-row');
    await pane.getByText('Show in text').click();
    await expect.poll(() => workbench.cursorLine()).toBe(3);
    await workbench.command('View: Close Editor');
  });

  it('opens a Parquet file with a click in the Explorer', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.command('View: Show Explorer');
    await workbench.treeItem('kinds.parquet').click();
    await table.row('comma, and "quotes"').waitFor();
    await table.frame.getByText('24 rows · 15 columns').waitFor();
    await table.press('Control+ArrowRight', 'Home', 'PageDown');
    await workbench.screenshot('4-parquet');
    await table.goToRow(22);
    await expect.poll(() => table.activeRow()).toBe('22');
    expect(await workbench.editorTab('kinds.parquet').count()).toBe(1);
  });

  it('turns to a row of Parquet from its problem, by keyboard', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile(PARCELS);
    await table.row('Where is parcel 1').waitFor();
    await workbench.command('Problems: Focus on Problems View');
    await workbench.problem(`Row ${UNLABELLED_ROW} in the table`).waitFor();
    await workbench.walkTo(workbench.page.locator('.markers-panel'), `Row ${UNLABELLED_ROW} in the table`);
    await workbench.page.keyboard.press('Enter');
    await expect.poll(() => table.activeRow()).toBe(`${UNLABELLED_ROW}`);
    await workbench.screenshot('4b-problem');
    await expect.poll(() => workbench.editorTab(PARCELS).count()).toBe(1);
  });

  it('turns to the row of Parquet that a test row repeats, by keyboard', async () => {
    await workbench.openFile('new.csv');
    await workbench.problem('same text as a training row').waitFor();
    await workbench.goTo(2);
    await workbench.quickFix(`Open the other place (${PARCELS}:${LEAKED_ROW})`);
    await expect.poll(() => table.activeRow()).toBe(`${LEAKED_ROW}`);
    await workbench.screenshot('4c-other-place');
    expect(await workbench.editorTab(PARCELS).count()).toBe(1);
    await workbench.command('View: Toggle Problems');
  });

  it('points to the table when a very large file is opened as text, and shows its rows at once', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile('large.csv');
    const hint = workbench.notification('large.csv is large');
    await hint.waitFor();
    await hint.getByRole('button', { name: 'Open as Table' }).click();
    const asked = performance.now();
    await table.row('Message 1, with').waitFor();
    console.log(`first rows of large.csv after ${Math.round(performance.now() - asked)} ms`);
    await table.frame.getByText('1,000,000 rows · 3 columns').waitFor();
    await workbench.screenshot('5-large');
    await table.press('Control+End');
    await table.row('Message 1000000, with').waitFor();
    await table.search('message 777777,');
    await table.frame.getByText('1 of 1,000,000 rows').waitFor();
    await workbench.screenshot('6-found');
  });

  it('keeps place and filter when its tab was away', async () => {
    await workbench.openFile('topics.softprompt.json');
    await workbench.lens('Tune').waitFor();
    await workbench.editorTab('large.csv').first().click();
    await table.frame.getByText('1 of 1,000,000 rows').waitFor();
    await table.row('Message 777777, with').waitFor();
  });

  it('follows the file when it changes', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile(DATASET); // VS Code opens it with the editor that showed it last
    await table.row('Hi, charged twice').waitFor();
    await writeFile(workspace.file(DATASET), `text,label\nbrand new,billing\n`);
    await table.row('brand new').waitFor();
    await table.frame.getByText('1 row · 2 columns').waitFor();
    await writeFile(workspace.file(DATASET), datasetText());
    await table.row('Hi, charged twice').waitFor();
  });

  it('has shown no error, and its page broke no rule of the editor', async () => {
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });
});
