import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunState } from '../../src/protocol/runs';
import { canShowPages } from '../chromium';
import { violations } from './axe';
import { type Harness, type OpenOptions, type Panel, startHarness, THEMES } from './harness';
import { failedRun, liveSteps, runOf, syntheticRun, textRun } from './syntheticRun';

let harness: Harness;
let panel: Panel;

beforeAll(async () => {
  if (!canShowPages) return;
  harness = await startHarness();
});

afterAll(() => harness?.close());

afterEach(async () => {
  const { errors } = panel;
  await panel.close();
  expect(errors).toEqual([]);
});

async function open(options?: OpenOptions): Promise<Panel> {
  panel = await harness.open(options);
  return panel;
}

async function last(count = 1) {
  return (await panel.posted()).slice(-count);
}

const button = (name: string | RegExp) =>
  panel.page.getByRole('button', { name, exact: typeof name === 'string' });
const tab = (name: RegExp) => panel.page.getByRole('tab', { name });

async function visible(text: string | RegExp): Promise<boolean> {
  await panel.settled();
  return panel.page.getByText(text).first().isVisible();
}

async function attribute(locator: Locator, name: string): Promise<string | null> {
  await panel.settled();
  return locator.getAttribute(name);
}

describe.runIf(canShowPages)('states', () => {
  test('says ready, waits, then offers the runs there are', async () => {
    await open();
    expect(await panel.posted()).toEqual([{ type: 'ready' }]);
    expect(await visible('Opening the run')).toBe(true);
    await panel.send({ type: 'runs', runs: [] });
    expect(await visible('No run yet')).toBe(true);
    const { record, folder } = syntheticRun();
    const summary = {
      id: record.id,
      folder,
      task: 'support',
      taskFile: record.task.file,
      state: 'finished' as const,
      createdAt: record.createdAt,
      step: 80,
      steps: 80,
      score: 0.907,
      modelName: 'SmolLM2',
    };
    await panel.send({ type: 'runs', runs: [summary] });
    await button(/support/).click();
    expect(await last()).toEqual([{ type: 'selectRun', folder }]);
  });

  const BUTTONS: Record<RunState, string[]> = {
    preparing: ['Cancel'],
    training: ['Pause', 'Cancel'],
    paused: ['Continue', 'Cancel'],
    testing: ['Cancel'],
    finished: ['Try the prompt', 'Tune again', 'Evaluate', 'Compare with…'],
    cancelled: ['Resume', 'Tune again', 'Evaluate'],
    failed: ['Resume', 'Tune again', 'Evaluate'],
    interrupted: ['Resume', 'Tune again', 'Evaluate'],
  };
  const MESSAGES: Record<string, string> = { 'Tune again': 'tuneAgain', 'Compare with…': 'compare' };

  test('each has its badge, and buttons that say what they do', async () => {
    await open();
    for (const [state, names] of Object.entries(BUTTONS)) {
      const detail = state === 'failed' ? failedRun() : syntheticRun({ state: state as RunState });
      await panel.send({ type: 'run', detail });
      const badge = await panel.page.locator('.page-head .badge').textContent();
      expect(badge?.toLowerCase()).toBe(state);
      expect(await panel.page.locator('.actions vscode-button').allTextContents()).toEqual(names);
      for (const name of names) {
        await button(name).first().click();
        if (name === 'Try the prompt') {
          await panel.settled();
          expect(await panel.page.getByRole('textbox', { name: 'text' }).isVisible()).toBe(true);
          expect(await button(name).isVisible()).toBe(false);
          expect(await panel.page.locator(':focus').textContent()).toBe('Playground');
          continue;
        }
        expect(await last()).toEqual([{ type: MESSAGES[name] ?? name.toLowerCase() }]);
      }
    }
  });

  test('answers that are damaged are told before other notices, and not taken for a test to come', async () => {
    await open();
    const detail = syntheticRun();
    detail.predictions = [];
    const message = 'predictions.jsonl is damaged at line 12.';
    detail.events.push({ type: 'notice', time: Date.now(), message, warning: true });
    await panel.send({ type: 'run', detail });
    const notices = panel.page.getByRole('region', { name: 'Notices' }).getByRole('listitem');
    expect(await notices.count()).toBeGreaterThan(1);
    expect(await notices.first().textContent()).toContain(message);
    await panel.page.getByRole('tab', { name: /Predictions/ }).click();
    await panel.page.getByText('The answers to the test rows cannot be read any more').waitFor();
    expect(await panel.page.getByText('has not been tested').count()).toBe(0);
  });

  test('a run that ended early says where, and what can be done with it', async () => {
    await open();
    const ending = panel.page.getByRole('region', { name: 'How the run ended' });
    await panel.send({ type: 'run', detail: syntheticRun({ state: 'interrupted', step: 48 }) });
    expect(await ending.textContent()).toContain(
      'ended at step 48 of 80. Resume goes on from its last checkpoint.',
    );
    await panel.send({ type: 'run', detail: syntheticRun({ state: 'cancelled', step: 48 }) });
    expect(await ending.textContent()).toContain('It ended after step 48 of 80. Resume goes on from there.');
    expect(await ending.textContent()).toContain('Its best prompt so far, of step 40, can be tried');
    await panel.send({ type: 'run', detail: syntheticRun({ state: 'cancelled', step: 0 }) });
    expect(await ending.textContent()).toContain('It ended before its first step. Resume begins with that.');
    await panel.send({ type: 'run', detail: syntheticRun() });
    expect(await ending.isVisible()).toBe(false);
  });

  test('preparing shows the phase under way', async () => {
    await open();
    await panel.send({ type: 'run', detail: syntheticRun({ state: 'preparing' }) });
    expect(await visible('Scoring zero-shot')).toBe(true);
    expect(await visible('19 of 42')).toBe(true);
  });

  test('a failure tells what, where and what next', async () => {
    await open();
    const detail = failedRun();
    await panel.send({ type: 'run', detail });
    const alert = panel.page.getByRole('alert');
    expect(await alert.textContent()).toContain('The label of row 214 is empty');
    expect(await alert.textContent()).toContain('Fill the label in');
    await alert.getByRole('button', { name: 'train.csv, line 231, column 12, row 214' }).click();
    expect(await last()).toEqual([{ type: 'openRow', file: detail.record.error!.place!.file, line: 231 }]);
    await alert.getByRole('button', { name: 'Open log' }).click();
    expect(await last()).toEqual([{ type: 'openLog' }]);
  });

  test('a request that failed is told, even before any run is shown, and can be put away', async () => {
    await open();
    const error = {
      code: 'run-invalid' as const,
      message: 'run.json is not a run.',
      hint: 'Delete the folder.',
    };
    await panel.send({ type: 'failure', error });
    expect(await visible('run.json is not a run.')).toBe(true);
    expect(await visible('Delete the folder.')).toBe(true);
    await button('Dismiss').click();
    expect(await visible('run.json is not a run.')).toBe(false);
  });

  test('a lost host takes the buttons away until it is back', async () => {
    await open();
    await panel.send(
      { type: 'run', detail: syntheticRun({ state: 'training' }) },
      { type: 'connection', state: 'lost' },
    );
    expect(await visible('The training host stopped')).toBe(true);
    expect(await panel.page.locator('.actions vscode-button').count()).toBe(0);
    await panel.send({ type: 'connection', state: 'ready' });
    expect(await visible('The training host stopped')).toBe(false);
    expect(await panel.page.locator('.actions vscode-button').count()).toBe(2);
  });
});

describe.runIf(canShowPages)('training', () => {
  test('steps move the numbers, and the page follows to the end', async () => {
    await open();
    const detail = syntheticRun({ state: 'training', step: 48 });
    await panel.send({ type: 'run', detail });
    const bar = panel.page.getByRole('progressbar', { name: 'Training steps' });
    expect(await attribute(bar, 'aria-valuenow')).toBe('48');
    await panel.send({ type: 'events', folder: detail.folder, events: liveSteps(49, 3) });
    expect(await attribute(bar, 'aria-valuenow')).toBe('51');
    expect(await visible('51 of 80')).toBe(true);
    const chart = panel.page.getByRole('img', { name: /^Training loss: .* at step 51\.$/ });
    expect(await chart.isVisible()).toBe(true);
    const validation = panel.page.getByRole('img', { name: /^Validation accuracy: .*zero-shot .*few-shot/ });
    expect(await validation.isVisible()).toBe(true);
    await panel.send({ type: 'run', detail: syntheticRun() });
    expect(await visible('Test accuracy')).toBe(true);
    expect(await panel.page.locator('.badge').first().textContent()).toBe('Finished');
  });
});

describe.runIf(canShowPages)('the result', () => {
  test('stands beside both hard prompts, with intervals and the rows that changed', async () => {
    await open();
    const detail = syntheticRun();
    await panel.send({ type: 'run', detail });
    const plot = panel.page.getByRole('table', { name: 'accuracy on the test rows' });
    const rows = await plot.getByRole('row').allTextContents();
    expect(rows).toHaveLength(3);
    for (const [index, name] of ['Tuned prompt', 'Zero-shot', 'Few-shot'].entries())
      expect(rows[index]).toMatch(new RegExp(`^${name}\\d+\\.\\d %\\d+\\.\\d to \\d+\\.\\d$`));
    const fixed = detail.predictions.filter((one) => one.correct && !one.baseline!.correct).length;
    expect(await visible(`fixed ${fixed} rows`)).toBe(true);
    expect(await visible(/sign test, p < 0\.001/)).toBe(true);
  });

  test('free text: word F1 and exact match, target and written text, no matrix', async () => {
    await open();
    await panel.send({ type: 'run', detail: textRun() });
    expect(await visible('Test word F1')).toBe(true);
    expect(await panel.page.getByRole('table', { name: 'exact match on the test rows' }).isVisible()).toBe(
      true,
    );
    await tab(/Predictions/).click();
    const heads = await panel.page
      .getByRole('grid', { name: /^Predictions\./ })
      .getByRole('columnheader')
      .allTextContents();
    expect(heads).toContain('Target');
    expect(heads).toContain('Written');
    expect(await panel.page.getByRole('grid', { name: 'Confusion matrix' }).isVisible()).toBe(false);
  });

  test('nearest words come with their warning', async () => {
    await open();
    await panel.send({ type: 'run', detail: syntheticRun() });
    expect(await visible(/nearest words, not an explanation/)).toBe(true);
  });
});

describe.runIf(canShowPages)('test rows', () => {
  const detail = syntheticRun();
  const grid = () => panel.page.getByRole('grid', { name: /^Predictions\./ });
  const rowCount = async () => Number(await attribute(grid(), 'aria-rowcount')) - 1;

  async function openTest(run = detail): Promise<void> {
    await open();
    await panel.send({ type: 'run', detail: run });
    await tab(/Predictions/).click();
  }

  test('filter by outcome, class and words', async () => {
    await openTest();
    expect(await rowCount()).toBe(140);
    const wrong = detail.predictions.filter(({ correct }) => !correct).length;
    await button(/^Wrong/).click();
    expect(await rowCount()).toBe(wrong);
    expect(await visible(`${wrong} of 140 rows`)).toBe(true);
    await button(/^All/).click();
    await panel.page.getByRole('combobox', { name: 'Expected' }).selectOption('delivery');
    expect(await rowCount()).toBe(
      detail.predictions.filter(({ expected }) => expected === 'delivery').length,
    );
    await panel.page.getByRole('textbox', { name: 'Search' }).fill('no such words');
    expect(await visible('No row passes these filters.')).toBe(true);
    expect(await panel.kept()).toMatchObject({
      tab: 'predictions',
      expected: 'delivery',
      filter: 'no such words',
    });
  });

  test('a cell of the confusion matrix filters the table; again takes the filter away', async () => {
    await openTest();
    const cell = panel.page.getByRole('gridcell', { name: /^expected returns, predicted returns/ });
    await cell.click();
    const same = detail.predictions.filter(
      (one) => one.expected === 'returns' && one.predicted === 'returns',
    );
    expect(await rowCount()).toBe(same.length);
    expect(await attribute(cell, 'aria-selected')).toBe('true');
    await panel.page.keyboard.press('Enter');
    expect(await rowCount()).toBe(140);
    await panel.page.keyboard.press('ArrowLeft');
    const label = await panel.page.evaluate('document.activeElement.getAttribute("aria-label")');
    expect(label).toMatch(/^expected returns, predicted product_question/);
  });

  test('sort by loss, then open the worst row by keyboard', async () => {
    await openTest();
    await button('Row').click();
    expect(await attribute(grid().getByRole('columnheader', { name: 'Row' }), 'aria-sort')).toBe('ascending');
    await button('Loss').click();
    expect(await attribute(grid().getByRole('columnheader', { name: 'Loss' }), 'aria-sort')).toBe(
      'descending',
    );
    await grid().focus();
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    const second = [...detail.predictions].sort((a, b) => b.loss - a.loss)[1]!;
    expect(await last()).toEqual([{ type: 'openRow', file: second.file, line: second.line }]);
    expect(await panel.page.locator('.row-detail blockquote').textContent()).toBe(second.text);
  });

  test('a click opens the row in its file', async () => {
    await openTest();
    await grid().getByRole('row').nth(3).click();
    const third = [...detail.predictions].sort((a, b) => b.loss - a.loss)[2]!;
    expect(await last()).toEqual([{ type: 'openRow', file: third.file, line: third.line }]);
  });

  test('exports what is shown', async () => {
    await openTest();
    await button(/^Wrong/).click();
    await button('Export these rows as CSV').click();
    const [message] = await last();
    if (message?.type !== 'export') throw new Error('no export');
    expect(message.name).toBe('predictions.csv');
    const wrong = detail.predictions.filter(({ correct }) => !correct).length;
    expect(message.text.trimEnd().split('\r\n')).toHaveLength(wrong + 1);
  });

  test('a hundred thousand rows: few in the page, the last one a key away', async () => {
    await openTest();
    await panel.page.evaluate(
      ({ folder, predictions: few }) => {
        const predictions = Array.from({ length: 100_000 }, (_, index) => ({
          ...few[index % few.length]!,
          row: index + 1,
          line: index + 2,
        }));
        window.dispatchEvent(
          new MessageEvent('message', {
            data: { type: 'predictions', folder, split: 'test', step: 0, predictions },
          }),
        );
      },
      { folder: detail.folder, predictions: detail.predictions },
    );
    expect(await rowCount()).toBe(100_000);
    expect(await grid().getByRole('row').count()).toBeLessThan(60);
    await grid().focus();
    await panel.page.keyboard.press('End');
    await panel.page.locator('[aria-rowindex="100001"]').waitFor();
    await panel.page.getByRole('textbox', { name: 'Search' }).fill('parcel');
    await panel.page.getByText(/ of 100,000 rows/).waitFor();
  });

  test('77 classes: the matrix scrolls in its own box', async () => {
    const labels = Array.from({ length: 77 }, (_, i) => `class_${i}`);
    await openTest(syntheticRun({ labels, rows: 1540 }));
    const box = panel.page.locator('.matrix-scroll');
    const [inner, outer] = await box.evaluate((one) => [one.scrollWidth, one.clientWidth]);
    expect(inner).toBeGreaterThan(outer!);
    const [page, width] = await panel.page.evaluate(() => [document.body.scrollWidth, window.innerWidth]);
    expect(page).toBeLessThanOrEqual(width!);
  });
});

describe.runIf(canShowPages)('details', () => {
  const card = (name: string) => panel.page.getByRole('region', { name, exact: true });
  const fact = (name: string) =>
    panel.page
      .locator('.details .pairs > div', { has: panel.page.getByText(name, { exact: true }) })
      .locator('dd');
  const show = async (...run: Parameters<typeof runOf>) => {
    await open();
    await panel.send({ type: 'run', detail: runOf(...run) });
    await tab(/Details/).click();
  };

  test('the precision, and why it is that one', async () => {
    await show('decoder', {});
    expect(await fact('Precision').textContent()).toBe('int8: 1.9 times as fast as float32 here');
  });

  test('a masked language model: where it answers, at the end unless told', async () => {
    await show('masked', { template: 'A {text} is {mask}.' });
    expect(await card('Template').locator('pre').textContent()).toMatch(/virtual tokensA text is mask\.$/);
    expect(await card('Template').locator('.mask').count()).toBe(1);
    expect(await fact('Kind').textContent()).toBe('masked language model');
    expect(await fact('Architecture').textContent()).toBe('bert');
    expect(await card('Label words').isVisible()).toBe(true);
    await panel.send({ type: 'run', detail: runOf('masked', { template: 'About {text}:' }) });
    expect(await card('Template').locator('pre').textContent()).toMatch(/About text: mask$/);
  });

  test('virtual tokens behind the text: shown behind the last hole', async () => {
    const behind = { virtualTokens: 20, init: { from: 'vocabulary' }, placement: 'after' } as const;
    await show('decoder', {
      template: '{title}: {text} Label:',
      method: { kind: 'prompt-tuning', ...behind },
    });
    expect(await card('Template').locator('pre').textContent()).toBe('title: text20 virtual tokens Label:');
    expect(await fact('Virtual tokens').textContent()).toBe('20, after the text');
    const messages = [
      { role: 'system' as const, content: 'Be brief.' },
      { role: 'user' as const, content: 'About {text}?' },
    ];
    await panel.send({
      type: 'run',
      detail: runOf('decoder', { messages, method: { kind: 'prompt-tuning', ...behind } }),
    });
    expect(await card('Messages').locator('pre').textContent()).toMatch(/About text20 virtual tokens\?$/);
  });

  test('an encoder: the class head and its size, similarity for zero-shot, no few-shot', async () => {
    const prompt = 20 * 384;
    const encoder = runOf('encoder', { template: '{text}' }, { hiddenSize: 384, tuned: prompt + 2_310 });
    delete encoder.record.results['few-shot'];
    await open();
    await panel.send({ type: 'run', detail: encoder });
    expect(await visible(/Zero-shot is by similarity to the labels/)).toBe(true);
    await tab(/Details/).click();
    expect(await fact('Tuned parameters').textContent()).toBe('9,990 (prompt 7,680, class head 2,310)');
    expect(await fact('Zero-shot').textContent()).toBe('similarity to the labels');
    expect(await fact('Few-shot').textContent()).toBe('left out');
    expect(await card('Class head').getByRole('columnheader', { name: 'Starts from' }).isVisible()).toBe(
      true,
    );
    expect(await card('Label words').count()).toBe(0);
  });

  test('messages: who says what, with the holes marked', async () => {
    await show('decoder', {
      template: undefined,
      messages: [
        { role: 'system', content: 'Sort messages.' },
        { role: 'user', content: 'What is {text} about?' },
      ],
    });
    const messages = card('Messages');
    expect(await messages.locator('.role').allTextContents()).toEqual(['system', 'user']);
    expect(await messages.locator('.hole').allTextContents()).toEqual(['text']);
    expect(await fact('Zero-shot').textContent()).toBe('the bare messages');
    expect(await fact('Few-shot').textContent()).toMatch(/examples$/);
  });
});

describe.runIf(canShowPages)('reload', () => {
  test('comes back with tab, filters and what was tried', async () => {
    const detail = syntheticRun();
    await open({
      kept: {
        folder: detail.folder,
        tab: 'predictions',
        outcome: 'wrong',
        filter: 'parcel',
        tried: { text: 'hello' },
      },
    });
    await panel.send({ type: 'runs', runs: [] }, { type: 'run', detail });
    expect(await attribute(tab(/Predictions/), 'aria-selected')).toBe('true');
    expect(await attribute(button(/^Wrong/), 'aria-pressed')).toBe('true');
    expect(await panel.page.getByRole('textbox', { name: 'Search' }).inputValue()).toBe('parcel');
    await tab(/Playground/).click();
    expect(await panel.page.getByRole('textbox', { name: 'text' }).inputValue()).toBe('hello');
  });

  test('filters of another run are not kept', async () => {
    await open({ kept: { folder: '/other', tab: 'predictions', outcome: 'wrong', filter: 'parcel' } });
    await panel.send({ type: 'run', detail: syntheticRun() });
    expect(await attribute(button(/^All/), 'aria-pressed')).toBe('true');
    expect(await attribute(tab(/Predictions/), 'aria-selected')).toBe('true');
  });
});

describe.runIf(canShowPages)('for everyone', () => {
  // Structure is the same in every theme; colours are not.
  test.each(THEMES)('axe finds nothing in %s', async (theme) => {
    const rules = theme === 'dark' ? undefined : ['color-contrast'];
    await open({ theme, reducedMotion: true });
    await panel.send({ type: 'run', detail: syntheticRun() });
    expect(await violations(panel.page, rules)).toEqual([]);
    await tab(/Predictions/).click();
    await button(/^Wrong/).click();
    expect(await violations(panel.page, rules)).toEqual([]);
    await tab(/Details/).click();
    expect(await violations(panel.page, rules)).toEqual([]);
    await panel.send({ type: 'run', detail: failedRun() });
    await tab(/Overview/).click();
    expect(await violations(panel.page, rules)).toEqual([]);
    await panel.send(
      { type: 'run', detail: syntheticRun({ state: 'training' }) },
      { type: 'connection', state: 'lost' },
    );
    expect(await violations(panel.page, rules)).toEqual([]);
  });

  test('tabs move with the arrow keys', async () => {
    await open();
    await panel.send({ type: 'run', detail: syntheticRun() });
    await tab(/Overview/).focus();
    await panel.page.keyboard.press('ArrowRight');
    expect(await attribute(tab(/Predictions/), 'aria-selected')).toBe('true');
    await panel.page.keyboard.press('ArrowLeft');
    await panel.page.keyboard.press('ArrowLeft');
    expect(await attribute(tab(/Details/), 'aria-selected')).toBe('true');
    expect(await tab(/Details/).evaluate((one) => one === document.activeElement)).toBe(true);
  });

  test('nothing turns when motion is reduced', async () => {
    await open({ reducedMotion: true });
    await panel.send({ type: 'run', detail: syntheticRun({ state: 'training' }) });
    const name = await panel.page
      .locator('.badge .icon')
      .first()
      .evaluate((one) => getComputedStyle(one).animationName);
    expect(name).toBe('none');
  });

  test('nothing sticks out, however narrow', async () => {
    await open();
    await panel.send({ type: 'run', detail: syntheticRun() });
    for (const width of [400, 700, 1000, 1600]) {
      await panel.page.setViewportSize({ width, height: 900 });
      for (const name of [/Overview/, /Predictions/, /Playground/, /Details/]) {
        await tab(name).click();
        const needed = await panel.page.evaluate(() => document.documentElement.scrollWidth);
        expect(needed).toBeLessThanOrEqual(width);
      }
    }
  });

  test('a change of theme repaints the charts and the matrix', async () => {
    await open();
    await panel.send({ type: 'run', detail: syntheticRun() });
    await tab(/Predictions/).click();
    const cell = panel.page.getByRole('gridcell', { name: /^expected returns, predicted returns/ });
    const before = await cell.evaluate((one) => one.style.backgroundColor);
    await panel.page.evaluate(() =>
      document.documentElement.style.setProperty('--vscode-charts-green', '#00ffff'),
    );
    await expect.poll(() => cell.evaluate((one) => one.style.backgroundColor)).not.toBe(before);
  });
});
