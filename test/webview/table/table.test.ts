import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canShowPages } from '../../chromium';
import { type Harness, type Panel, startHarness, THEMES } from '../harness';
import { COLUMNS, openFullTable, openTable, type TableTypes, tableState } from './tablePage';

/** Each scrolled by 25 rows. */
const FRAMES = 120;

let harness: Harness<TableTypes>;
let table: Panel<TableTypes>;

beforeAll(async () => {
  if (!canShowPages) return;
  harness = await startHarness<TableTypes>('table');
});

afterAll(() => harness?.close());

afterEach(async () => {
  const { errors } = table;
  await table.close();
  expect(errors).toEqual([]);
});

const grid = () => table.page.getByRole('grid');
const row = (text: string | RegExp) => grid().getByRole('row').filter({ hasText: text }).first();
const button = (name: string) => table.page.getByRole('button', { name });

async function press(...keys: string[]): Promise<void> {
  await grid().focus();
  for (const key of keys) await table.page.keyboard.press(key);
  await table.settled();
}

/** The numbers of the rows in view, from the top. */
async function numbers(): Promise<number[]> {
  await table.settled();
  const texts = await grid().locator('.grid-row .grid-number').allInnerTexts();
  return texts.map((text) => Number(text.replaceAll(',', ''))).sort((a, b) => a - b);
}

const activeCell = async () => (await grid().locator('#active-cell').textContent())?.trim();
const last = async () => (await table.posted()).at(-1);
/** The last question; rows are asked for by the next frame. */
const lastQuery = async () => (await table.posted()).filter(({ type }) => type === 'query').at(-1);

describe.runIf(canShowPages)('a table', () => {
  test('shows rows, names, summaries, and rows that cannot be used', async () => {
    table = await openFullTable(harness);
    await expect.poll(() => row('Message 1:').isVisible()).toBe(true);
    expect(await row('two').textContent()).toContain('two ⏎ lines');
    expect(await row('The row has 3 cells').isVisible()).toBe(true);
    expect(await row('Message 1:').locator('.grid-cell').last().textContent()).toBe('empty');
    const heads = await grid().getByRole('columnheader').allInnerTexts();
    expect(heads[1]).toContain('1 to 1,000,000');
    expect(heads[2]).toContain('61 characters on average');
    expect(heads[2]).toContain('3 % empty');
    expect(heads[3]).toContain('3 classes');
    expect(await grid().getAttribute('aria-rowcount')).toBe('1000001');
    expect(await grid().getAttribute('aria-colcount')).toBe('5');
    expect(await grid().getByRole('row').count()).toBeLessThan(60);
  });

  test('is walked through by keyboard', async () => {
    table = await openFullTable(harness);
    await press('ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight');
    expect(await activeCell()).toBe('Message 4: please help me with my billing, it is late');
    const active = await grid().getAttribute('aria-activedescendant');
    expect(await table.page.locator(`#${active}`).textContent()).toBe(await activeCell());
    await press('End');
    expect(await table.page.locator('#active-cell').getAttribute('aria-colindex')).toBe('5');
    await press('Control+End', 'Home');
    await row('Message 1000000:').waitFor();
    await expect.poll(activeCell).toBe('1000000');
    await press('PageUp', 'PageUp', 'PageUp');
    const [first, ...others] = await numbers();
    expect(first).toBeGreaterThan(999_850);
    expect(others.at(-1)).toBeLessThan(1_000_000);
    await press('Control+Home', 'PageDown');
    await expect.poll(async () => (await numbers())[0]).toBe(1);
    expect(Number(await activeCell())).toBeGreaterThan(15);
    await press('Control+c');
    expect(await last()).toMatchObject({ type: 'copy', column: 0 });
  });

  test('goes to any of a million rows, by its box and by the scrollbar, and the wheel still is a wheel', async () => {
    table = await openFullTable(harness);
    const box = table.page.getByPlaceholder('Go to row');
    await box.fill('654,321');
    await box.press('Enter');
    await row('Message 654321:').waitFor();
    expect(await activeCell()).toBe('654321');
    const before = (await numbers())[0]!;
    await grid().hover();
    await table.page.mouse.wheel(0, 280);
    await expect.poll(async () => (await numbers())[0]! - before).toBe(10);
    await grid().evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await row('Message 1000000:').waitFor();
    await grid().evaluate((element) => {
      element.scrollTop = 0;
    });
    await row('Message 1:').waitFor();
  });

  test('asks for rows once, page by page, and shows their places meanwhile', async () => {
    table = await openFullTable(harness, { delay: 200 });
    await grid().evaluate((element) => {
      element.scrollTop = element.scrollHeight / 2;
    });
    await table.settled();
    expect(await grid().locator('.grid-waiting').count()).toBeGreaterThan(10);
    await expect.poll(() => grid().locator('.grid-waiting').count()).toBe(0);
    const asked = (await table.posted()).filter(({ type }) => type === 'rows');
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  test('filters by text, by a class of the summary, and takes filters back', async () => {
    table = await openFullTable(harness);
    await table.page.locator('vscode-text-field input').fill('late');
    await expect.poll(lastQuery).toEqual({ type: 'query', query: { text: 'late' } });
    await table.send({
      type: 'state',
      query: { text: 'late' },
      state: tableState(1_000_000, { found: { rows: 2, read: 0.4, done: false } }),
    });
    await expect
      .poll(() => table.page.getByRole('status').textContent())
      .toBe('Searching… 40 % read, 2 rows found');
    expect(await table.page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
    await grid().getByTitle('delivery: 300,000 rows (30 %)').click();
    await expect
      .poll(lastQuery)
      .toEqual({ type: 'query', query: { text: 'late', only: { column: 'label', value: 'delivery' } } });
    await table.send({
      type: 'state',
      query: { text: 'late', only: { column: 'label', value: 'delivery' } },
      state: tableState(1_000_000, { found: { rows: 0, read: 1, done: true } }),
    });
    await table.page.getByRole('heading', { name: 'No row matches' }).waitFor();
    await button('label = delivery').click();
    expect(await lastQuery()).toEqual({ type: 'query', query: { text: 'late' } });
    await button('Cancel').click();
    expect(await lastQuery()).toEqual({ type: 'query', query: {} });
    expect(await table.kept()).toMatchObject({ query: {}, row: 0, top: 0 });
  });

  test('sorts up, down and not at all, and says when there are too many rows', async () => {
    table = await openFullTable(harness);
    const sort = () => grid().locator('.head-name', { hasText: 'label' }).click();
    await sort();
    const query = { sort: { column: 'label', descending: false } };
    await expect.poll(lastQuery).toEqual({ type: 'query', query });
    await table.page.getByText('Sorting. All rows are read once for that.').waitFor();
    const sorting = { rows: 0, read: 1, done: false, sorted: 0.4 };
    await table.send({ type: 'state', query, state: tableState(5_000_000, { found: sorting }) });
    await table.page.getByText('Sorting… 40 % done').waitFor();
    await table.send({
      type: 'state',
      query,
      state: tableState(5_000_000, {
        found: { rows: 5_000_000, read: 1, done: true, tooManyToSort: 2_000_000 },
      }),
    });
    await table.page.getByText('Only 2,000,000 rows can be sorted.').waitFor();
    expect(await grid().getByRole('columnheader').nth(3).getAttribute('aria-sort')).toBe('ascending');
    await sort();
    await expect.poll(lastQuery).toMatchObject({ query: { sort: { descending: true } } });
    await sort();
    await expect.poll(lastQuery).toEqual({ type: 'query', query: {} });
  });

  test('is sorted and filtered by keyboard, from the names that arrow keys reach', async () => {
    table = await openFullTable(harness);
    const focused = () =>
      table.page.evaluate(() => {
        const { activeElement: at } = document;
        return at?.getAttribute('aria-label') ?? at?.textContent;
      });
    await press('ArrowUp');
    expect(await focused()).toBe('id');
    await table.page.keyboard.press('ArrowRight');
    await table.page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('label');
    await table.page.keyboard.press('Enter');
    await expect
      .poll(lastQuery)
      .toEqual({ type: 'query', query: { sort: { column: 'label', descending: false } } });
    await table.page.keyboard.press('Tab');
    expect(await focused()).toBe('Only rows of one class in label');
    await table.page.keyboard.press('b');
    await expect.poll(lastQuery).toMatchObject({ query: { only: { column: 'label', value: 'billing' } } });
    await table.page.keyboard.press('Shift+Tab');
    await table.page.keyboard.press('Home');
    expect(await focused()).toBe('id');
    await table.page.keyboard.press('ArrowDown');
    expect(await grid().evaluate((element) => element === document.activeElement)).toBe(true);
    const chip = table.page.getByRole('button', { name: 'label = billing' });
    await chip.focus();
    await table.page.keyboard.press('Enter');
    await chip.waitFor({ state: 'hidden' });
    await table.settled();
    await table.page.keyboard.type('late');
    await expect.poll(lastQuery).toMatchObject({ query: { text: 'late' } });
  });

  test('keeps what is typed while something else is pressed, and looks for it', async () => {
    table = await openFullTable(harness, {
      kept: { query: { only: { column: 'label', value: 'billing' } } },
    });
    const search = table.page.locator('vscode-text-field input');
    await search.focus();
    await table.page.keyboard.type('late');
    await button('label = billing').dispatchEvent('click');
    await table.settled();
    expect(await search.inputValue()).toBe('late');
    await expect.poll(lastQuery).toEqual({ type: 'query', query: { text: 'late' } });
    expect(await search.inputValue()).toBe('late');
  });

  test('stops the Tab key at one column’s controls alone, however many columns there are', async () => {
    table = await openTable(harness, { rows: 100 });
    const columns = Array.from({ length: 1000 }, (_, i) => ({ ...COLUMNS[i % 4]!, name: `c${i}` }));
    await table.send({ type: 'state', query: {}, state: tableState(100, { columns }) });
    await row('Message 1:').waitFor();
    await press('ArrowUp');
    await table.page.keyboard.press('End');
    const name = grid().getByRole('columnheader', { name: /^c999/ });
    await expect.poll(() => name.isVisible()).toBe(true);
    expect(await table.page.evaluate(() => document.activeElement?.textContent)).toBe('c999');
    const stops = await grid()
      .locator('button, select, [role="separator"]')
      .evaluateAll((all) => all.filter((one) => (one as HTMLElement).tabIndex === 0).length);
    expect(stops).toBe(3);
  });

  test('shows a row in full, with its prompt and what a run answered', async () => {
    table = await openFullTable(harness);
    await table.send({
      type: 'predictions',
      task: 'support',
      rows: [
        {
          row: 1,
          line: 2,
          endLine: 2,
          expected: 'billing',
          predicted: 'billing',
          correct: true,
          confidence: 0.91,
        },
        {
          row: 2,
          line: 3,
          endLine: 3,
          expected: 'delivery',
          predicted: 'account',
          correct: false,
          confidence: 0.6,
        },
      ],
    });
    expect(await row('Message 2:').textContent()).toMatch(/wrong\s*account · 60 %/);
    await press('Control+Home', 'ArrowDown', 'Enter');
    const pane = table.page.getByRole('complementary', { name: 'Row in full' });
    await pane.getByText('Row 2, line 3').waitFor();
    await pane.getByText('Predicted, wrong').waitFor();
    await table.send({
      type: 'prompt',
      number: 2,
      task: 'support',
      prompt: {
        row: 2,
        segments: [
          { kind: 'virtual-tokens', count: 8 },
          { kind: 'text', text: 'Message: late' },
        ],
        target: 'delivery',
        tokens: 12,
        cutTokens: 3,
      },
    });
    expect(await pane.textContent()).toMatch(/12 tokens · 3 tokens cut to fit the limit · target: delivery/);
    await pane.getByText('8 virtual tokens').waitFor();
    await button('Show in text').click();
    expect(await last()).toEqual({ type: 'command', name: 'openAsText', line: 3 });
    await press('Escape');
    await expect.poll(() => pane.isVisible()).toBe(false);
  });

  test('keeps place, widths, filter and pane across a reload', async () => {
    table = await openFullTable(harness);
    await table.page.getByPlaceholder('Go to row').fill('5000');
    await table.page.getByPlaceholder('Go to row').press('Enter');
    await row('Message 5000:').waitFor();
    const resizer = () => table.page.getByRole('separator', { name: 'Width of id' });
    const width = Number(await resizer().getAttribute('aria-valuenow'));
    await resizer().focus();
    await table.page.keyboard.press('ArrowRight');
    await expect.poll(async () => Number(await resizer().getAttribute('aria-valuenow'))).toBe(width + 16);
    const box = (await resizer().boundingBox())!;
    await table.page.mouse.move(box.x + 4, box.y + 10);
    await table.page.mouse.down();
    await table.page.mouse.move(box.x + 44, box.y + 10, { steps: 4 });
    await table.page.mouse.up();
    await expect.poll(async () => Number(await resizer().getAttribute('aria-valuenow'))).toBe(width + 56);
    const kept = await table.kept();
    await table.close();
    table = await openFullTable(harness, { kept: { ...kept, detail: true } });
    await row('Message 5000:').waitFor();
    expect(await activeCell()).toBe('5000');
    expect(Number(await resizer().getAttribute('aria-valuenow'))).toBe(width + 56);
    await table.page.getByText('Row 5,000, line 5,001').waitFor();
  });

  test('grows while the file is read, and turns to a row once it is there', async () => {
    table = await openTable(harness);
    await table.page.getByText('Opening support.csv…').waitFor();
    const part = (rows: number) =>
      tableState(rows, { read: 0.12, done: false, revision: rows, found: { rows, read: 0.12, done: false } });
    await table.send({ type: 'state', query: {}, state: part(2_500) });
    await row('Message 1:').waitFor();
    expect(await table.page.getByRole('status').textContent()).toBe('12 % read…');
    await table.page.getByText('2,500 rows so far').waitFor();
    expect(await grid().getAttribute('aria-rowcount')).toBe('-1');
    await table.send({ type: 'goTo', row: 7_000 });
    await table.send({ type: 'state', query: {}, state: part(5_000) });
    expect((await numbers())[0]).toBe(1);
    await table.send({ type: 'state', query: {}, state: tableState(9_000, { revision: 9 }) });
    await row('Message 7000:').waitFor();
    expect(await activeCell()).toBe('7000');
  });

  test('has rows of a thousand columns', async () => {
    table = await openTable(harness, { rows: 100 });
    const columns = Array.from({ length: 1000 }, (_, i) => ({ ...COLUMNS[i % 4]!, name: `c${i}` }));
    await table.send({ type: 'state', query: {}, state: tableState(100, { columns }) });
    await row('Message 1:').waitFor();
    expect(await grid().locator('.grid-cell').count()).toBeLessThan(400);
    await press('Control+ArrowRight');
    await expect.poll(() => grid().getByRole('columnheader', { name: /^c999/ }).isVisible()).toBe(true);
  });
});

describe.runIf(canShowPages)('instead of rows', () => {
  test('says that nothing is read without trust', async () => {
    table = await harness.open();
    await table.send({ type: 'open', name: 'a.csv', text: true, trusted: false });
    await table.page.getByRole('heading', { name: 'This workspace is not trusted' }).waitFor();
    await button('Manage Workspace Trust').click();
    expect(await table.posted()).toEqual([{ type: 'ready' }, { type: 'command', name: 'manageTrust' }]);
  });

  test('says what is wrong and tries again', async () => {
    table = await openTable(harness);
    await table.send({
      type: 'failure',
      error: {
        code: 'data-invalid',
        message: 'The Parquet file cannot be read.',
        hint: 'It may have been cut off.',
      },
    });
    await table.page.getByRole('heading', { name: 'The Parquet file cannot be read.' }).waitFor();
    await table.page.getByText('It may have been cut off.').waitFor();
    await button('Try again').click();
    expect(await last()).toEqual({ type: 'command', name: 'retry' });
  });

  test('says that a file has no rows', async () => {
    table = await openTable(harness);
    await table.send({ type: 'state', query: {}, state: tableState(0) });
    await table.page.getByRole('heading', { name: 'The file has no rows' }).waitFor();
  });
});

interface Axe {
  run(
    root: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

describe.runIf(canShowPages)('for everyone', () => {
  const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

  async function violations(): Promise<string[]> {
    if (!(await table.page.evaluate('"axe" in window'))) await table.page.evaluate(axe);
    return table.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: Axe };
      const { violations } = await axe.run(document, {});
      return violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
      );
    });
  }

  test.each(THEMES)('axe finds nothing in %s', async (theme) => {
    table = await openFullTable(harness, { theme, reducedMotion: true });
    await press('ArrowDown', 'Enter');
    await table.page.getByText('Row 2, line 3').waitFor();
    expect(await violations()).toEqual([]);
    await table.send({
      type: 'state',
      query: {},
      state: tableState(1_000_000, { leftOut: 2, read: 0.5, done: false, revision: 2 }),
    });
    await table.page.getByText('2 rows cannot be used').waitFor();
    expect(await violations()).toEqual([]);
    await table.send({ type: 'state', query: {}, state: tableState(0, { version: 'v2', columns: COLUMNS }) });
    expect(await violations()).toEqual([]);
  });

  test('a million rows scroll with little work a frame', async () => {
    table = await openFullTable(harness);
    const session = await table.page.context().newCDPSession(table.page);
    await session.send('Performance.enable');
    const busy = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      const parts = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
      const seconds = metrics.filter(({ name }) => parts.includes(name)).map(({ value }) => value);
      return seconds.reduce((sum, value) => sum + value) * 1000;
    };
    const before = await busy();
    await grid().evaluate(
      (element, frames) =>
        new Promise<void>((done) => {
          let left = frames;
          const step = (): void => {
            element.dispatchEvent(new WheelEvent('wheel', { deltaY: 700, cancelable: true }));
            if (--left > 0) requestAnimationFrame(step);
            else requestAnimationFrame(() => done());
          };
          step();
        }),
      FRAMES,
    );
    const work = ((await busy()) - before) / FRAMES;
    console.log(`${work.toFixed(1)} ms of work a frame`);
    expect(work).toBeLessThan(16);
    expect((await numbers())[0]).toBeGreaterThan(2_000);
  });
});
