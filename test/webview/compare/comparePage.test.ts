import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CompareState, FromCompare, ToCompare } from '../../../src/protocol/compare';
import type { RunDetail } from '../../../src/protocol/runs';
import { canShowPages } from '../../chromium';
import { type Harness, type OpenOptions, type Panel, startHarness, THEMES } from '../harness';
import { liveSteps } from '../syntheticRun';
import { summaryOf, textVariants, variantOf } from './runsToCompare';

type Types = { to: ToCompare; from: FromCompare; kept: CompareState };
let harness: Harness<Types>;
let panel: Panel<Types>;

const A = variantOf('A', { changed: 0 });
const B = variantOf('B', { changed: 0.08, learningRate: 0.01 });
const C = variantOf('C', { changed: 0.2 });

beforeAll(async () => {
  if (canShowPages) harness = await startHarness<Types>('compare');
});
afterAll(() => harness?.close());
afterEach(async () => {
  expect(panel.errors).toEqual([]);
  await panel.close();
});

async function open(details: RunDetail[], options?: OpenOptions<Types>): Promise<void> {
  panel = await harness.open(options);
  await panel.send(
    { type: 'runs', runs: [A, B, C].map(summaryOf) },
    { type: 'chosen', folders: details.map(({ folder }) => folder) },
    ...details.map((detail) => ({ type: 'run' as const, detail })),
  );
}

const region = (name: string) => panel.page.getByRole('region', { name });
const tab = (name: string) => panel.page.getByRole('tab', { name });

describe.runIf(canShowPages)('the page that compares runs', () => {
  test('says which run is better, with curves and scores', async () => {
    await open([A, B]);
    const verdict = region('Which is better?');
    await verdict.getByText(/^Run A is better than run B: 17 rows fixed, 1 broken, p < 0.001\.$/).waitFor();
    await verdict.getByText(/^Run A is better than few-shot/).waitFor();
    await verdict.getByText(/On the 140 rows that both sides answered/).waitFor();
    await panel.page
      .getByRole('img', { name: /Training loss, smoothed, last values: A 0\.\d+, B/ })
      .waitFor();
    await region('Scores on the test rows')
      .getByRole('row', { name: /A support 92\.9 %/ })
      .waitFor();
  });

  test('with three runs every pair has its p-value', async () => {
    await open([A, B, C]);
    const matrix = panel.page.getByRole('table', { name: 'p-values of each pair' });
    expect(await matrix.getByRole('row').count()).toBe(4);
    await panel.page.getByText(/With several tests p is corrected \(Holm\)/).waitFor();
  });

  test('lists rows that are answered differently; a click or Enter opens one', async () => {
    await open([A, B]);
    await tab('Differing rows').click();
    const rows = panel.page.locator('.disagreements .table-row[data-index]');
    await panel.page.getByRole('button', { name: /A right, B wrong/ }).click();
    await panel.settled();
    expect(await rows.count()).toBe(17);
    const line = A.predictions.find(({ correct }, index) => correct && !B.predictions[index]!.correct)!.line;
    await rows.first().click();
    await panel.page.getByRole('grid').press('Enter');
    const opened = { type: 'openRow', file: '/work space/support/test.csv', line };
    expect((await panel.posted()).filter(({ type }) => type === 'openRow')).toEqual([opened, opened]);
    await panel.page.getByRole('grid').press('ArrowDown');
    expect(await panel.page.getByRole('row', { selected: true }).getAttribute('aria-rowindex')).toBe('3');
  });

  test('keeps its filter and tab, and curves that were hidden, across a reload', async () => {
    const kept = { tab: 'rows', right: 'B', wrong: 'A', hidden: [A.folder], along: 'time' } as const;
    await open([A, B], { kept: { ...kept, hidden: [...kept.hidden] } });
    expect(
      await panel.page.getByRole('button', { name: /B right, A wrong/ }).getAttribute('aria-pressed'),
    ).toBe('true');
    await tab('Overview').click();
    await panel.settled();
    await panel.page.getByRole('img', { name: /^Training loss, smoothed, last values: B/ }).waitFor();
    await panel.page.getByText('by seconds of training').first().waitFor();
    expect((await panel.kept()).folders).toEqual([A.folder, B.folder]);
  });

  test('hides a curve, and shows settings that are the same on demand', async () => {
    await open([A, B]);
    await panel.page.getByRole('button', { name: 'Curves of run B' }).click();
    await panel.settled();
    await panel.page.getByRole('img', { name: /last values: A [\d.]+\.$/ }).waitFor();
    await tab('Settings').click();
    await panel.settled();
    const rows = region('Settings by run').getByRole('row');
    expect(await rows.count()).toBe(3);
    await panel.page.getByRole('checkbox').check();
    await panel.settled();
    expect(await rows.count()).toBeGreaterThan(30);
  });

  test('adds and removes runs', async () => {
    await open([A, B]);
    await panel.page.getByRole('combobox', { name: 'Add a run' }).selectOption(C.folder);
    await panel.page.getByRole('button', { name: 'Remove run A from the comparison' }).click();
    expect((await panel.posted()).filter(({ type }) => type === 'choose')).toEqual([
      { type: 'choose', folders: [A.folder, B.folder, C.folder] },
      { type: 'choose', folders: [B.folder] },
    ]);
    await panel.send({ type: 'chosen', folders: [B.folder] });
    await panel.page.getByText('Add a second run to compare with', { exact: false }).waitFor();
    await panel.send({ type: 'runs', runs: [B].map(summaryOf) });
    await panel.page.getByText('There is no other run to compare with', { exact: false }).waitFor();
  });

  test('follows a run that is training', async () => {
    const live = variantOf('D', { state: 'training', step: 48 });
    await open([A, live]);
    await panel.page.getByText('Run B has no answers to the test rows yet; it is left out here.').waitFor();
    const before = await panel.page.getByRole('img', { name: /^Training loss/ }).getAttribute('aria-label');
    await panel.send({ type: 'events', folder: live.folder, events: liveSteps(49, 10) });
    expect(await panel.page.getByRole('img', { name: /^Training loss/ }).getAttribute('aria-label')).not.toBe(
      before,
    );
  });

  test('says so when a run is gone, when nothing is chosen, and while runs are read', async () => {
    await open([A, B]);
    await panel.send({
      type: 'unreadable',
      folder: B.folder,
      error: { code: 'run-invalid', message: 'The folder is gone.' },
    });
    await panel.page.getByText('Run B cannot be read: The folder is gone.').waitFor();
    await panel.send({ type: 'chosen', folders: [C.folder] });
    await panel.page.getByText('Reading the runs…').waitFor();
    await panel.send({ type: 'chosen', folders: [] });
    await panel.page.getByText('Choose runs above', { exact: false }).waitFor();
    await panel.send({ type: 'runs', runs: [] });
    await panel.page.getByText('There is no run in this workspace any more', { exact: false }).waitFor();
  });

  test('says so when runs were tested on different rows', async () => {
    const elsewhere = variantOf('E');
    for (const one of elsewhere.predictions) one.file = '/elsewhere/test.csv';
    await open([A, elsewhere]);
    await panel.page.getByText(/tested on different rows/).waitFor();
  });

  test('compares free text by its words, and says so', async () => {
    await open(textVariants());
    await panel.page.getByText(/Sign test on the word F1/).waitFor();
    await panel.page
      .getByText(/\d+ rows better, \d+ worse/)
      .first()
      .waitFor();
  });

  test('exports the rows as CSV', async () => {
    await open([A, B], { kept: { tab: 'rows' } });
    await panel.page.getByRole('button', { name: 'Export these rows as CSV' }).click();
    const file = (await panel.posted()).find((one) => one.type === 'export');
    expect(file).toMatchObject({ name: 'compared-rows.csv' });
    expect((file as { text: string }).text.split('\r\n')[0]).toBe(
      'file,row,text,expected,run A,run B,few-shot',
    );
  });

  test.each(THEMES)('axe finds nothing in %s', async (theme) => {
    const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
    const many = [A, B, C, variantOf('D', { state: 'training' })];
    await open(many, { theme, reducedMotion: true });
    for (const name of ['Overview', 'Differing rows', 'Settings']) {
      await tab(name).click();
      await panel.settled();
      if (!(await panel.page.evaluate('"axe" in window'))) await panel.page.evaluate(axe);
      const found = await panel.page.evaluate(async () => {
        const { axe: checker } = window as unknown as {
          axe: { run(root: Document): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        const { violations } = await checker.run(document);
        return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
      });
      expect(found).toEqual([]);
    }
  });

  test('nothing sticks out, however narrow', async () => {
    await open([A, B, C]);
    for (const width of [380, 700, 1000]) {
      await panel.page.setViewportSize({ width, height: 900 });
      for (const name of ['Overview', 'Differing rows', 'Settings']) {
        await tab(name).click();
        const needed = await panel.page.evaluate(() => document.documentElement.scrollWidth);
        expect(needed).toBeLessThanOrEqual(width);
      }
    }
  });
});
