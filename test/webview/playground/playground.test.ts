import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FromPanel } from '../../../src/protocol/panel';
import type { Playground } from '../../../src/protocol/playground';
import type { RunDetail } from '../../../src/protocol/runs';
import { canShowPages } from '../../chromium';
import { violations } from '../axe';
import { type Harness, type OpenOptions, type Panel, startHarness, THEMES } from '../harness';
import { runOf, syntheticRun, textRun } from '../syntheticRun';
import { answerBoth, HARD, lastTry, TUNED, usedPlayground } from '../trials';

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

async function open(detail: RunDetail = syntheticRun(), kept?: Playground, options?: OpenOptions) {
  panel = await harness.open(options);
  await panel.send(
    { type: 'run', detail },
    ...(kept ? [{ type: 'playground' as const, folder: detail.folder, playground: kept }] : []),
    { type: 'show', tab: 'playground' },
  );
}

const button = (name: string | RegExp) =>
  panel.page.getByRole('button', { name, exact: typeof name === 'string' });
const field = (name: string) => panel.page.getByRole('textbox', { name, exact: true });
const card = (name: string) => panel.page.getByRole('region', { name, exact: true });
const history = () => card('History').getByRole('listitem');

async function said<T extends FromPanel['type']>(type: T): Promise<Extract<FromPanel, { type: T }>[]> {
  const posted = await panel.posted();
  return posted.filter((one): one is Extract<FromPanel, { type: T }> => one.type === type);
}

async function ask(text: string): Promise<void> {
  await field('text').fill(text);
  await button('Ask both prompts').click();
  await panel.settled();
}

describe.runIf(canShowPages)('asking', () => {
  test('shows both answers with their probabilities and times, and whether they agree', async () => {
    await open();
    await field('text').fill('where is my parcel');
    await panel.page.keyboard.press('Control+Enter');
    expect(await lastTry(panel)).toMatchObject({
      values: { text: 'where is my parcel' },
      hardPrompt: { kind: 'zero-shot' },
    });
    expect(await card('Tuned prompt').textContent()).toContain('Waiting for the model');
    expect(await card('Zero-shot').textContent()).toContain('After the tuned prompt.');
    await answerBoth(panel);
    expect(await card('Tuned prompt').textContent()).toMatch(/184 ms.*delivery.*93\.0 %/);
    expect(await card('Zero-shot').textContent()).toMatch(/1\.2 s.*account.*31\.0 %/);
    expect(await panel.page.getByText('The prompts give different answers.').isVisible()).toBe(true);
    await ask('where is my parcel?');
    await answerBoth(panel, TUNED, { ...HARD, predicted: 'delivery' });
    expect(await panel.page.getByText('Both prompts give the same answer.').isVisible()).toBe(true);
  });

  test('asks nothing while the fields are empty, and one try at a time', async () => {
    await open();
    await button('Ask both prompts').click();
    expect(await said('try')).toEqual([]);
    await ask('x');
    await panel.page.keyboard.press('Control+Enter');
    expect(await said('try')).toHaveLength(1);
    expect(await button('Ask both prompts').isVisible()).toBe(false);
    await answerBoth(panel);
    await button('Ask both prompts').click();
    expect(await said('try')).toHaveLength(2);
  });

  test('a text grows as it is written, in the order it comes, and can be stopped', async () => {
    await open(textRun());
    await field('order').fill('88231');
    await ask('Where is it?');
    const { id, values } = await lastTry(panel);
    expect(values).toEqual({ text: 'Where is it?', order: '88231' });
    const text = card('Tuned prompt').locator('blockquote');
    for (const written of ['On', 'On its', 'On its way.']) {
      await panel.send({ type: 'writing', id, side: 'tuned', text: written });
      expect(await text.textContent()).toBe(written);
    }
    // Words of an earlier try, or of a page from before a reload, are not this one's.
    await panel.send({ type: 'writing', id: id - 1, side: 'tuned', text: 'Something else' });
    expect(await text.textContent()).toBe('On its way.');
    await button('Stop').click();
    expect(await said('stopTry')).toHaveLength(1);
    const error = { code: 'cancelled' as const, message: 'Cancelled.' };
    await panel.send({ type: 'answer', id, side: 'tuned', error });
    expect(await text.textContent()).toBe('On its way.');
    expect(await card('Tuned prompt').textContent()).toContain('Stopped.');
    expect(await button('Ask both prompts').isVisible()).toBe(true);
    expect(await history().count()).toBe(0);
  });

  test('Escape stops as well', async () => {
    await open();
    await ask('x');
    await field('text').focus();
    await panel.page.keyboard.press('Escape');
    expect(await said('stopTry')).toHaveLength(1);
  });

  test('an error of the model is told once, with what to do; the next try goes through', async () => {
    await open();
    await ask('x');
    const error = { code: 'model-missing' as const, message: 'The model is gone.', hint: 'Pull it again.' };
    await panel.send({ type: 'answer', id: (await lastTry(panel)).id, side: 'tuned', error });
    expect(await panel.page.getByRole('alert').textContent()).toMatch(/The model is gone\..*Pull it again\./);
    await button('Get a model').click();
    expect(await said('pullModel')).toHaveLength(1);
    expect(await history().count()).toBe(0);
    await button('Ask both prompts').click();
    await answerBoth(panel);
    expect(await panel.page.getByRole('alert').isVisible()).toBe(false);
    expect(await card('Tuned prompt').isVisible()).toBe(true);
  });

  test('a hard prompt that cannot answer leaves the tuned prompt’s answer alone', async () => {
    await open();
    await ask('x');
    const { id } = await lastTry(panel);
    const error = { code: 'task-invalid' as const, message: 'The prompt needs 9,000 tokens.' };
    await panel.send(
      { type: 'answer', id, side: 'tuned', answer: TUNED },
      { type: 'answer', id, side: 'hard', error },
    );
    expect(await card('Tuned prompt').textContent()).toContain('93.0 %');
    expect(await card('Zero-shot').textContent()).toContain('The prompt needs 9,000 tokens.');
    expect(await history().count()).toBe(1);
  });
});

describe.runIf(canShowPages)('the hard prompt', () => {
  test('is zero-shot, the examples of the test, or one’s own text, which is kept', async () => {
    await open();
    await button('Few-shot').click();
    expect(await panel.page.getByText('4 examples before the text').isVisible()).toBe(true);
    await ask('x');
    expect((await lastTry(panel)).hardPrompt).toEqual({ kind: 'few-shot' });
    await answerBoth(panel);
    await button('Your own').click();
    await field('Your hard prompt').fill('Sort the message.');
    await button('Ask both prompts').click();
    expect((await lastTry(panel)).hardPrompt).toEqual({ kind: 'own', text: 'Sort the message.' });
    await expect
      .poll(async () => (await said('keepPlayground')).at(-1)?.playground)
      .toMatchObject({ kind: 'own', own: 'Sort the message.' });
  });

  test('before the run was tested few-shot has examples of its own', async () => {
    await open(syntheticRun({ state: 'cancelled' }));
    await button('Few-shot').click();
    const hint = panel.page.getByText('Up to 6 examples from the training rows; the test will choose');
    expect(await hint.isVisible()).toBe(true);
    await ask('x');
    expect((await lastTry(panel)).hardPrompt).toEqual({ kind: 'few-shot' });
  });

  test('few-shot is not offered where there can be none, and why is said', async () => {
    const detail = syntheticRun({ state: 'cancelled' });
    detail.record.model.kind = 'encoder';
    await open(detail);
    expect(await button('Few-shot').count()).toBe(0);
    expect(await panel.page.getByText('an encoder learns nothing from examples').isVisible()).toBe(true);
  });

  test('few-shot is not offered where the task leaves it out', async () => {
    const detail = syntheticRun({ state: 'cancelled' });
    detail.record.task.evaluation.fewShot = 0;
    await open(detail);
    expect(await button('Few-shot').count()).toBe(0);
    expect(await panel.page.getByText('the task leaves it out').isVisible()).toBe(true);
  });
});

describe.runIf(canShowPages)('rows of the dataset', () => {
  const row = { file: '/work space/support/test.csv', row: 12, line: 13, target: 'delivery' };

  test('an empty form begins with one; what was typed meanwhile is not touched', async () => {
    await open();
    const first = { type: 'takeRow' as const, file: row.file, row: 1 };
    expect(await said('takeRow')).toEqual([first]);
    await field('text').fill('my own');
    await panel.send({ type: 'row', row: { ...row, row: 1, values: { text: 'of the file' } } });
    expect(await field('text').inputValue()).toBe('my own');
  });

  test('tell which answer is right, until the text is changed', async () => {
    await open();
    await panel.send({ type: 'row', row: { ...row, values: { text: 'wheres my parcel' } } });
    expect(await field('text').inputValue()).toBe('wheres my parcel');
    expect(await panel.page.getByText('test.csv, row 12 · expected: delivery').isVisible()).toBe(true);
    await button('Ask both prompts').click();
    await answerBoth(panel);
    expect(await panel.page.getByText('Only the tuned prompt is right.').isVisible()).toBe(true);
    await ask('something else');
    await answerBoth(panel);
    expect(await panel.page.getByText('The prompts give different answers.').isVisible()).toBe(true);
    expect(await panel.page.getByText('expected: delivery').isVisible()).toBe(false);
  });

  test('mistakes come one after the other, the biggest loss first', async () => {
    const detail = syntheticRun();
    await open(detail);
    const mistakes = detail.predictions.filter(({ correct }) => !correct).sort((a, b) => b.loss - a.loss);
    for (const one of mistakes.slice(0, 2)) {
      await button('Next mistake').click();
      const { file, row, line, text, expected } = one;
      expect((await said('takeRow')).at(-1)).toEqual({ type: 'takeRow', file, row });
      await panel.send({ type: 'row', row: { file, row, line, values: { text }, target: expected } });
    }
    await button('Random row').click();
    const { row } = (await said('takeRow')).at(-1)!;
    expect(detail.predictions.some((one) => one.row === row)).toBe(true);
  });

  test('a row that is gone is told beside the buttons', async () => {
    await open();
    await panel.send({
      type: 'row',
      error: { code: 'data-invalid', message: 'There is no usable row 12.' },
    });
    expect(await panel.page.getByText('There is no usable row 12.').isVisible()).toBe(true);
  });

  test('come from the table of predictions too', async () => {
    await open();
    await panel.page.getByRole('tab', { name: /Predictions/ }).click();
    await panel.page.locator('.predictions .table-row[data-index="1"]').click();
    await button('Try it').click();
    await panel.settled();
    expect(await panel.page.getByRole('tab', { name: 'Playground' }).getAttribute('aria-selected')).toBe(
      'true',
    );
    const detail = syntheticRun();
    const [, second] = [...detail.predictions].sort((a, b) => b.loss - a.loss);
    expect((await said('takeRow')).some(({ row }) => row === second!.row)).toBe(true);
  });

  test('columns of messages have a field each', async () => {
    const messages = [
      { role: 'system' as const, content: 'You know {product}.' },
      { role: 'user' as const, content: 'What is {text} about?' },
    ];
    await open(runOf('decoder', { template: undefined, messages }));
    expect(await panel.page.locator('.try-fields').getByRole('textbox').count()).toBe(2);
    await button('Your own').click();
    expect(await panel.page.getByText('Stands at the beginning of the conversation.').isVisible()).toBe(true);
  });
});

describe.runIf(canShowPages)('while the run is busy', () => {
  test('it says why it waits, and a pause helps', async () => {
    await open(syntheticRun({ state: 'training' }));
    expect(await panel.page.getByText('Training takes the whole processor.').isVisible()).toBe(true);
    expect(await button('Ask both prompts').isVisible()).toBe(false);
    await card('Playground').getByRole('button', { name: 'Pause' }).click();
    expect(await said('pause')).toHaveLength(1);
    await panel.send({ type: 'run', detail: syntheticRun({ state: 'paused', step: 48 }) });
    expect(await button('Ask both prompts').isVisible()).toBe(true);
  });

  test('a lost host ends the wait', async () => {
    await open();
    await ask('x');
    await panel.send({ type: 'connection', state: 'lost' });
    expect(await button('Stop').isVisible()).toBe(false);
    expect(await panel.page.getByText('The training host is being started again.').isVisible()).toBe(true);
  });
});

describe.runIf(canShowPages)('the history', () => {
  test('lists every try, newest first, and is kept', async () => {
    await open();
    await ask('one');
    await answerBoth(panel);
    await ask('two');
    await answerBoth(panel, TUNED, { ...HARD, predicted: 'delivery' });
    const lines = await history().allTextContents();
    expect(lines.map((one) => one.slice(0, 3))).toEqual(['two', 'one']);
    await expect
      .poll(async () =>
        (await said('keepPlayground')).at(-1)?.playground.tries.map(({ values }) => values.text),
      )
      .toEqual(['two', 'one']);
  });

  test('comes back with the page; a click brings a try back, its hard prompt too', async () => {
    await open(syntheticRun(), usedPlayground(), { kept: { tried: { text: 'unfinished' } } });
    expect(await history().count()).toBe(12);
    await history().nth(3).getByRole('button').click();
    expect(await field('text').inputValue()).toBe('two charges on my card');
    expect(await field('Your hard prompt').inputValue()).toBe('Sort the message.');
    expect(await card('Tuned prompt').textContent()).toContain('93.0 %');
    expect(await card('Your own').textContent()).toContain('account');
    expect(await said('try')).toEqual([]);
    await button('Ask both prompts').click();
    expect((await lastTry(panel)).hardPrompt).toEqual({ kind: 'own', text: 'Sort the message.' });
  });

  test('is filtered, walked by arrows, exported', async () => {
    await open(syntheticRun(), usedPlayground());
    await field('Filter').fill('PARCEL');
    expect(await history().count()).toBe(6);
    await history().first().getByRole('button').focus();
    await panel.page.keyboard.press('ArrowDown');
    const focused = await panel.page.evaluate('document.activeElement.textContent');
    expect(focused).toContain('my parcel went to the neighbour');
    await button('Export the history as CSV').click();
    const [{ name, text } = { name: '', text: '' }] = await said('export');
    expect(name).toBe('playground.csv');
    const rows = parse(text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[];
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({
      text: 'where is my parcel',
      tuned: 'delivery',
      tuned_probability: '0.93',
      hard: 'account',
      expected: 'delivery',
    });
  });

  test('is cleared, and the clearing undone', async () => {
    await open(syntheticRun(), usedPlayground());
    await button('Clear').click();
    expect(await history().count()).toBe(0);
    expect(await panel.page.getByText('What you try is listed here.').isVisible()).toBe(true);
    await expect.poll(async () => (await said('keepPlayground')).at(-1)?.playground.tries).toEqual([]);
    await button('Undo').click();
    expect(await history().count()).toBe(12);
    expect(await button('Undo').isVisible()).toBe(false);
    await expect.poll(async () => (await said('keepPlayground')).at(-1)?.playground.tries.length).toBe(12);
  });

  test('of a run is not taken along to another that is shown at once', async () => {
    await open(syntheticRun(), usedPlayground());
    await button('Clear').click();
    const other = { ...syntheticRun(), folder: '/w/.softprompt/runs/other' };
    await panel.send(
      { type: 'run', detail: other },
      { type: 'playground', folder: other.folder, playground: usedPlayground(3) },
    );
    expect(await history().count()).toBe(3);
    await field('text').fill('a new one');
    await button('Ask both prompts').click();
    await answerBoth(panel);
    await expect
      .poll(async () =>
        (await said('keepPlayground')).map((one) => [one.folder, one.playground.tries.length]),
      )
      .toEqual([
        [syntheticRun().folder, 0],
        [other.folder, 4],
      ]);
  });

  test('holds two hundred tries', async () => {
    await open(syntheticRun(), usedPlayground(200));
    await ask('one more');
    await answerBoth(panel);
    expect(await history().count()).toBe(200);
    expect(await history().first().textContent()).toContain('one more');
  });

  test('of another run is not shown', async () => {
    await open(syntheticRun(), usedPlayground());
    const other = { ...syntheticRun(), folder: '/other' };
    await panel.send(
      { type: 'run', detail: other },
      { type: 'playground', folder: '/other', playground: { tries: [], kind: 'zero-shot', own: '' } },
    );
    expect(await history().count()).toBe(0);
  });
});

describe.runIf(canShowPages)('for everyone', () => {
  test.each(THEMES)('axe finds nothing in %s', async (theme) => {
    const rules = theme === 'dark' ? undefined : ['color-contrast'];
    await open(syntheticRun(), usedPlayground(), { theme, reducedMotion: true });
    await ask('x');
    expect(await violations(panel.page, rules)).toEqual([]);
    await answerBoth(panel);
    await button('Your own').click();
    expect(await violations(panel.page, rules)).toEqual([]);
    await button('Clear').click();
    await ask('x');
    const error = { code: 'model-missing' as const, message: 'The model is gone.', hint: 'Pull it.' };
    await panel.send({ type: 'answer', id: (await lastTry(panel)).id, side: 'tuned', error });
    expect(await violations(panel.page, rules)).toEqual([]);
    await panel.page.getByRole('tab', { name: 'Overview' }).click();
    await panel.settled();
    await panel.page.locator('.word summary').first().focus();
    await panel.page.keyboard.press('Enter');
    expect(await panel.page.getByRole('list', { name: 'Nearest words of virtual token 1' }).isVisible()).toBe(
      true,
    );
    expect(await violations(panel.page, rules)).toEqual([]);
  });

  test('the way from the overview', async () => {
    await open();
    await panel.page.getByRole('tab', { name: 'Overview' }).click();
    await button('Show the adapter').click();
    expect((await panel.posted()).at(-1)).toEqual({ type: 'openRunFolder', part: 'adapter' });
    await button('Open the playground').click();
    await panel.settled();
    expect(await field('text').isVisible()).toBe(true);
  });
});
