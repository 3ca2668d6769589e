import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunDetail } from '../../../src/protocol/runs';
import { canShowPages } from '../../chromium';
import { violations } from '../axe';
import { type Harness, type OpenOptions, type Panel, startHarness, THEMES } from '../harness';
import { lastValidation, syntheticRun } from '../syntheticRun';

let harness: Harness;
let panel: Panel;

beforeAll(async () => {
  if (canShowPages) harness = await startHarness();
});

afterAll(() => harness?.close());

afterEach(async () => {
  const { errors } = panel;
  await panel.close();
  expect(errors).toEqual([]);
});

async function open(detail: RunDetail, options?: OpenOptions): Promise<void> {
  panel = await harness.open(options);
  await panel.send({ type: 'run', detail }, { type: 'show', tab: 'predictions' });
}

const training = () => syntheticRun({ state: 'training', step: 48 });
const grid = () => panel.page.getByRole('grid', { name: /^Predictions\./ });
const note = () => panel.page.locator('.split-note');
const row = (index: number) => panel.page.locator(`.predictions [data-index="${index}"]`);
const button = (name: RegExp) => panel.page.getByRole('button', { name });

/** What comes of the next validation, ten steps later. */
function nextValidation(detail: RunDetail) {
  const later = syntheticRun({ state: 'training', step: 58, seed: 12 });
  const event = later.events.findLast((one) => one.type === 'evaluation' && one.contender === 'tuned')!;
  const labels =
    event.type === 'evaluation' && event.metrics.kind === 'label' ? event.metrics.confusion.labels : [];
  const { step, predictions } = lastValidation([event], labels)!;
  const { folder } = detail;
  return {
    event,
    predictions,
    messages: [
      { type: 'events' as const, folder, events: [event] },
      { type: 'predictions' as const, folder, split: 'validation' as const, step, predictions },
    ],
  };
}

describe.runIf(canShowPages)('validation rows while a run trains', () => {
  test('are shown at each validation, biggest losses first', async () => {
    const detail = training();
    await open(detail);
    expect(await note().textContent()).toBe('Validation rows, answered by the prompt of step 40');
    const worst = (rows: RunDetail['predictions']) => [...rows].sort((a, b) => b.loss - a.loss)[0]!;
    expect(await row(0).textContent()).toContain(worst(detail.validation!.predictions).text.slice(0, 40));
    const { messages, predictions } = nextValidation(detail);
    await panel.send(...messages);
    expect(await note().textContent()).toContain('step 50');
    expect(await row(0).textContent()).toContain(worst(predictions).text.slice(0, 40));
  });

  test('chosen row, place and focus stay where they are', async () => {
    const detail = training();
    await open(detail);
    await row(3).click();
    const chosen = [...detail.validation!.predictions].sort((a, b) => b.loss - a.loss)[3]!;
    await grid().evaluate((one) => {
      one.scrollTop = 160;
    });
    await grid().focus();
    const { messages, predictions } = nextValidation(detail);
    await panel.send(...messages);
    expect(await grid().evaluate((one) => one.scrollTop)).toBe(160);
    expect(await grid().evaluate((one) => one === document.activeElement)).toBe(true);
    expect(await panel.page.locator('.row-detail .row-where').textContent()).toContain(`row ${chosen.row}`);
    const now = [...predictions].sort((a, b) => b.loss - a.loss).findIndex((one) => one.row === chosen.row);
    expect(await panel.page.locator(`.predictions [data-index="${now}"]`).getAttribute('aria-selected')).toBe(
      'true',
    );
    await panel.page.keyboard.press('ArrowDown');
    expect(await row(now + 1).getAttribute('aria-selected')).toBe('true');
  });

  test('a button, a cell of the matrix and selected text keep what they have', async () => {
    const detail = training();
    await open(detail);
    await row(0).click();
    await panel.settled();
    await button(/Open in file/).focus();
    const text = panel.page.locator('.row-detail blockquote');
    await text.evaluate((one) => getSelection()?.selectAllChildren(one));
    const { messages } = nextValidation(detail);
    await panel.send(...messages);
    expect(await panel.page.evaluate('getSelection().toString()')).toBe(await text.textContent());
    const cell = panel.page.getByRole('gridcell', { name: /^expected returns, predicted returns/ });
    await cell.focus();
    await panel.send(...nextValidation(detail).messages);
    expect(await cell.evaluate((one) => one === document.activeElement)).toBe(true);
    await button(/^Loss/).focus();
    await panel.send(...nextValidation(detail).messages);
    const focused = await panel.page.evaluate('document.activeElement.textContent');
    expect(focused).toBe('Loss');
  });

  test('what changed since the validation before is marked, and can be filtered', async () => {
    const detail = training();
    await open(detail);
    const changed = detail.validation!.predictions.filter(
      ({ correct, previous }) => previous && previous.correct !== correct,
    );
    await button(/^Changed/).click();
    await expect.poll(() => panel.page.locator('.predictions [data-index]').count()).toBe(changed.length);
    const marks = await panel.page.locator('.predictions .change').allTextContents();
    expect(marks).toHaveLength(changed.length);
    expect(marks.every((mark) => /^newly (right|wrong), was /.test(mark))).toBe(true);
    await row(0).click();
    await panel.settled();
    expect(await panel.page.locator('.row-detail').textContent()).toContain('Validation before');
  });

  test('matrix and classes are theirs, and change with them', async () => {
    const detail = training();
    await open(detail);
    const { messages, event } = nextValidation(detail);
    const cell = panel.page.getByRole('gridcell', { name: /^expected delivery, predicted delivery/ });
    expect(await cell.isVisible()).toBe(true);
    await panel.send(...messages);
    if (event.type !== 'evaluation' || event.metrics.kind !== 'label') throw new Error('no figures');
    const { labels, counts } = event.metrics.confusion;
    const at = labels.indexOf('delivery');
    expect(await cell.textContent()).toBe(String(counts[at]![at]));
    const classes = panel.page.getByRole('region', { name: 'Classes' });
    expect(await classes.getByRole('row').count()).toBe(labels.length + 2);
  });

  test('in a narrow panel a cell of the matrix and a class lead to their rows', async () => {
    await open(training(), { width: 500 });
    const inView = () =>
      panel.page.locator('.predictions').evaluate((one) => one.getBoundingClientRect().bottom > 160);
    for (const filter of [
      panel.page.getByRole('gridcell', { name: /^expected returns, predicted returns/ }),
      panel.page.getByRole('button', { name: 'delivery', exact: true }),
    ]) {
      await filter.scrollIntoViewIfNeeded();
      await panel.page.mouse.wheel(0, 5_000);
      await expect.poll(inView).toBe(false);
      await filter.click();
      await expect.poll(inView).toBe(true);
    }
  });

  test('before the first validation it says what will come', async () => {
    await open(syntheticRun({ state: 'training', step: 0 }));
    await panel.send({ type: 'run', detail: { ...training(), validation: undefined } });
    expect(await panel.page.getByText('The validation rows come with the first validation').isVisible()).toBe(
      true,
    );
    expect(await grid().isVisible()).toBe(false);
  });

  test('the test rows take their place; the switch goes back', async () => {
    await open(syntheticRun());
    expect(await note().textContent()).toContain('Test rows, answered by the best prompt');
    await button(/^Validation/).click();
    await panel.settled();
    expect(await note().textContent()).toContain('Validation rows');
    expect(await grid().getAttribute('aria-rowcount')).toBe('43');
    expect(await panel.kept()).toMatchObject({ split: 'validation' });
    await button(/^Test/).click();
    await panel.settled();
    expect(await grid().getAttribute('aria-rowcount')).toBe('141');
  });

  test('the order is kept over a reload', async () => {
    await open(syntheticRun());
    await button(/^Confidence/).click();
    await panel.settled();
    expect(await panel.kept()).toMatchObject({ sort: { key: 'confidence', descending: false } });
  });

  test.each(THEMES)('axe finds nothing in %s', async (theme) => {
    const rules = theme === 'dark' ? undefined : ['color-contrast'];
    await open(training(), { theme, reducedMotion: true });
    await row(2).click();
    await panel.settled();
    expect(await violations(panel.page, rules)).toEqual([]);
  });
});

describe.runIf(canShowPages)('a hundred thousand predictions', () => {
  test('are filtered, sorted and replaced in a moment, not in what comparing each with each would take', async () => {
    const detail = syntheticRun();
    await open(detail);
    const times = await panel.page.evaluate(
      async ({ folder, few }) => {
        const predictions = (seed: number) =>
          Array.from({ length: 100_000 }, (_, index) => ({
            ...few[index % few.length]!,
            row: index + 1,
            line: index + 2,
            loss: ((index * 7919 + seed) % 100_003) / 20_000,
          }));
        const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        const timed = async (work: () => void) => {
          await frame();
          const start = performance.now();
          work();
          await frame();
          return Math.round(performance.now() - start);
        };
        const hear = (seed: number) => {
          const data = {
            type: 'predictions',
            folder,
            split: 'test',
            step: 1,
            predictions: predictions(seed),
          };
          return () => window.dispatchEvent(new MessageEvent('message', { data }));
        };
        const press = (text: string) => () =>
          [...document.querySelectorAll<HTMLElement>('.predictions button')]
            .find((one) => one.textContent?.startsWith(text))!
            .click();
        const search = document.querySelector<HTMLElement & { value: string }>(
          '.predictions vscode-text-field',
        )!;
        const type = (words: string) => () => {
          search.value = words;
          search.dispatchEvent(new Event('input'));
        };
        const first = await timed(hear(1));
        const next = await timed(hear(2));
        return {
          first,
          next,
          sort: await timed(press('Confidence')),
          filter: await timed(press('Wrong')),
          search: await timed(type('parcel')),
        };
      },
      { folder: detail.folder, few: detail.predictions.map(({ probabilities: _, ...one }) => one) },
    );
    console.info('100,000 predictions, milliseconds:', JSON.stringify(times));
    for (const [what, milliseconds] of Object.entries(times)) expect(milliseconds, what).toBeLessThan(10_000);
  });
});
