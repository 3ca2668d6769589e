import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FormState, FromForm, TaskChange, ToForm } from '../../../src/protocol/form';
import { canShowPages } from '../../chromium';
import { type Harness, type OpenOptions, type Panel, startHarness, THEMES } from '../harness';
import { ALL, CHOICES, check, classesOf, PREVIEW, PROBLEMS, TASK, task } from './formFixtures';

interface FormTypes {
  to: ToForm;
  from: FromForm;
  kept: FormState;
}

let harness: Harness<FormTypes>;
let form: Panel<FormTypes>;

beforeAll(async () => {
  if (canShowPages) harness = await startHarness<FormTypes>('form');
});
afterAll(() => harness?.close());
afterEach(async () => {
  const { errors } = form;
  await form.close();
  expect(errors).toEqual([]);
});

async function open(options?: OpenOptions<FormTypes>): Promise<void> {
  form = await harness.open(options);
  await form.send(...ALL);
}

const field = (name: string) => form.page.getByLabel(name, { exact: true });
const button = (name: string) => form.page.getByRole('button', { name, exact: true });

/** What was asked to be written, until there is as much. */
async function changes(count: number): Promise<TaskChange[]> {
  const all = async () =>
    (await form.posted()).flatMap((message) => (message.type === 'change' ? message.changes : []));
  await expect.poll(async () => (await all()).length, { timeout: 3_000 }).toBe(count);
  return all();
}

describe.runIf(canShowPages)('the form', () => {
  test('shows what the file says, and what counts where it says nothing', async () => {
    await open();
    expect(await field('Virtual tokens').inputValue()).toBe('8');
    expect(await field('Steps').getAttribute('placeholder')).toBe('Default: 105');
    expect(await field('Training rows').inputValue()).toBe('messages.csv');
    expect(await field('Column to predict').inputValue()).toBe('label');
    await form.page.getByText('Number of virtual tokens.').waitFor();
    await form.page.getByText('8 virtual tokens', { exact: true }).waitFor();
    await form.page.getByText('2 rows left out by this task.').waitFor();
    await form.page.getByText('licence Apache-2.0').waitFor();
    expect(await field('Virtual tokens').getAttribute('max')).toBe('512');
    expect(await field('Steps').getAttribute('max')).toBeNull();
  });

  test('writes a setting by its path, and takes it out again', async () => {
    await open();
    await field('Seed').fill('7');
    await field('Precision').selectOption('int8');
    await button('Reset Virtual tokens to its default').click();
    expect(await changes(3)).toEqual([
      { path: ['training', 'seed'], value: 7 },
      { path: ['training', 'precision'], value: 'int8' },
      { path: ['method', 'virtualTokens'] },
    ]);
  });

  test('knows what goes together: steps or epochs, a test file, label words', async () => {
    await open();
    await form.send(task({ ...TASK, training: { steps: 50 } }));
    await field('Epochs').fill('2');
    await field('Test rows').selectOption('test.csv');
    await field('Word of billing').fill('bill');
    expect(await changes(4)).toEqual([
      { path: ['training', 'steps'] },
      { path: ['training', 'epochs'], value: 2 },
      { path: ['data'], value: { train: 'messages.csv', test: 'test.csv' } },
      { path: ['target'], value: { column: 'label', kind: 'label', words: { billing: 'bill' } } },
    ]);
  });

  test('lists the words of many classes when asked to, and those that are set at once', async () => {
    await open();
    const target = { column: 'label', kind: 'label', words: { card_payment_kind_70: 'odd' } };
    await form.send(task({ ...TASK, target }), classesOf(77));
    await form.page.getByText('300 rows · text, from, label · 77 classes').waitFor();
    const words = form.page.locator('.label-words input');
    await expect.poll(() => words.count()).toBe(13);
    expect(await field('Word of card_payment_kind_70').inputValue()).toBe('odd');
    await button('Show all 77 classes').press('Enter');
    await expect.poll(() => words.count()).toBe(77);
    await button('Show fewer').click();
    await expect.poll(() => words.count()).toBe(13);
  });

  test('puts a column in at the caret', async () => {
    await open();
    const template = field('Template');
    await template.focus();
    await template.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(9, 15));
    await button('Put in from').click();
    expect(await changes(1)).toEqual([{ path: ['template'], value: 'Message: {from}\nTopic:' }]);
    expect(await form.page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  });

  test('turns a template into messages and back', async () => {
    await open();
    await button('Messages').click();
    const messages = [{ role: 'user', content: TASK.template }];
    expect(await changes(2)).toEqual([{ path: ['template'] }, { path: ['messages'], value: messages }]);
    await form.send(task({ ...TASK, template: undefined, messages }));
    expect(await field('Message 1, user').inputValue()).toBe(TASK.template);
    await button('Template').click();
    expect((await changes(4)).slice(2)).toEqual([
      { path: ['messages'] },
      { path: ['template'], value: TASK.template },
    ]);
  });

  test('news from the text keep focus and caret, and what is being typed', async () => {
    await open();
    const template = field('Template');
    await template.click();
    await template.evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(9, 9));
    await form.send(task({ ...TASK, template: `Dear model. ${TASK.template}` }));
    expect(await template.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(21);
    await template.pressSequentially('Now: ');
    await form.send(task({ ...TASK, template: 'something older' }));
    expect(await template.inputValue()).toBe(`Dear model. Message: Now: {text}\nTopic:`);
    expect(await changes(1)).toEqual([
      { path: ['template'], value: `Dear model. Message: Now: {text}\nTopic:` },
    ]);
  });

  test('an answer that an older change gets does not undo a newer one', async () => {
    await open();
    await field('Seed').fill('3');
    await field('Seed').blur();
    await field('Precision').selectOption('int8');
    await changes(2);
    const older = { ...TASK, training: { seed: 3 } };
    await form.send({ type: 'task', name: 'support', change: 1, value: older });
    expect(await field('Precision').inputValue()).toBe('int8');
    await form.send({ type: 'task', name: 'support', change: 2, value: older });
    expect(await field('Precision').inputValue()).toBe('');
  });

  test('undo is the text’s own, after what was typed last', async () => {
    await open();
    await field('Seed').fill('3');
    await form.page.keyboard.press('Control+Z');
    await form.page.keyboard.press('Control+Shift+Z');
    expect((await form.posted()).slice(-3)).toEqual([
      { type: 'change', number: 1, changes: [{ path: ['training', 'seed'], value: 3 }] },
      { type: 'command', name: 'undo' },
      { type: 'command', name: 'redo' },
    ]);
    expect(await field('Seed').inputValue()).toBe('3');
  });

  test('says what is wrong in sum and at the field, and does not tune then', async () => {
    await open();
    await form.send(check(PROBLEMS));
    const tokens = field('Virtual tokens');
    expect(await tokens.getAttribute('aria-invalid')).toBe('true');
    const message = await tokens.getAttribute('aria-errormessage');
    expect(await form.page.locator(`#${message}`).textContent()).toContain('must be at least 1');
    expect(await button('Tune').getAttribute('disabled')).not.toBeNull();
    await button('"virtualTokens" must be at least 1.').click();
    expect(await tokens.evaluate((input) => input === document.activeElement)).toBe(true);
    await form.send(check());
    expect(await tokens.getAttribute('aria-invalid')).toBeNull();
    await button('Tune').click();
    expect((await form.posted()).at(-1)).toEqual({ type: 'command', name: 'tune' });
  });

  test('waits while the text is no JSON, and leads to the place', async () => {
    await open();
    await form.page.evaluate(() => scrollTo({ top: 900 }));
    const broken = { message: 'Line 4 of the file is not valid JSON.', line: 4, column: 3 };
    await form.send({ type: 'task', name: 'support', change: 1_000, broken });
    expect(await form.page.locator('.form-body').getAttribute('inert')).not.toBeNull();
    const alert = await form.page.getByRole('alert').boundingBox();
    expect(alert?.y).toBeGreaterThanOrEqual(0); // in view wherever the form is scrolled to
    expect(alert?.y).toBeLessThan(200);
    await form.page.getByRole('alert').getByRole('button', { name: 'Open as Text' }).click();
    expect((await form.posted()).at(-1)).toEqual({ type: 'openText', line: 4, column: 3 });
    await form.send(task());
    expect(await form.page.locator('.form-body').getAttribute('inert')).toBeNull();
  });

  test('leafs through the rows, and offers the model that the preview needs', async () => {
    await open();
    await button('Next row').click();
    expect((await form.posted()).at(-1)).toEqual({ type: 'preview', row: 2 });
    expect(await form.kept()).toMatchObject({ row: 2 });
    await form.send(task({ ...TASK, model: 'smollm2-360m-instruct' }), CHOICES, {
      type: 'preview',
      row: 2,
      error: { code: 'model-missing', message: 'The model is not on this computer yet.' },
    });
    await button('Download SmolLM2 360M Instruct').click();
    expect((await form.posted()).at(-1)).toEqual({ type: 'command', name: 'pullModel' });
    await form.send(PREVIEW);
  });

  test('a reload comes back to the same sections and place', async () => {
    await open({ kept: { sections: { advanced: true, data: false }, scroll: 700 } });
    await expect.poll(() => form.page.evaluate(() => scrollY)).toBe(700);
    expect(await field('Learning rate').isVisible()).toBe(true);
    expect(await field('Training rows').isVisible()).toBe(false);
  });

  test('keyboard alone reaches everything, in order', async () => {
    await open();
    const seen: string[] = [];
    for (let i = 0; i < 90; i++) {
      await form.page.keyboard.press('Tab');
      seen.push(
        await form.page.evaluate(() => {
          const element = document.activeElement as HTMLElement | null;
          const named = element?.id ? document.querySelector(`label[for="${element.id}"]`) : null;
          return named?.textContent ?? element?.textContent ?? '';
        }),
      );
      if (seen.at(-1) === 'Advanced') break;
    }
    const order = [
      'Tune',
      'Data',
      'Training rows',
      'Column to predict',
      'Template',
      'Base model',
      'Steps',
      'Advanced',
    ];
    const places = order.map((name) => seen.findIndex((text) => text.includes(name)));
    expect(
      places.every((at, i) => at >= 0 && at > (places[i - 1] ?? -1)),
      seen.join(' | '),
    ).toBe(true);
  });
});

interface Axe {
  run(
    root: Document,
    options: { runOnly?: string[] },
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
}

describe.runIf(canShowPages)('for everyone', () => {
  const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

  async function violations(): Promise<string[]> {
    if (!(await form.page.evaluate('"axe" in window'))) await form.page.evaluate(axe);
    return form.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: Axe };
      const { violations } = await axe.run(document, {});
      return violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
      );
    });
  }

  test.each(THEMES)('axe finds nothing in %s', async (theme) => {
    await open({ theme, reducedMotion: true, kept: { sections: { advanced: true } } });
    expect(await violations()).toEqual([]);
    await form.send(check(PROBLEMS));
    const messages = [{ role: 'user', content: '{text}' }];
    await form.send(task({ ...TASK, template: undefined, messages }), { type: 'trust', trusted: false });
    expect(await violations()).toEqual([]);
    await form.send({
      type: 'task',
      name: 'support',
      change: 1_000,
      broken: { message: 'Line 4.', line: 4, column: 3 },
    });
    expect(await violations()).toEqual([]);
  });

  test('nothing is wider than a narrow editor', async () => {
    await open({ width: 360, kept: { sections: { advanced: true } } });
    expect(await form.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
