import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contrast, parseColour } from '../../../src/webview/kit/theme';
import { canShowPages } from '../../chromium';
import { type Harness, type OpenOptions, type Panel, startHarness, THEMES } from '../harness';
import { chooseFromMenu, menuOf, troubledRun } from '../states';
import { liveSteps, syntheticRun } from '../syntheticRun';

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

async function open(detail = syntheticRun(), options?: OpenOptions): Promise<void> {
  panel = await harness.open(options);
  await panel.send({ type: 'run', detail });
}

const region = (name: string) => panel.page.getByRole('region', { name, exact: true });
const readout = (name: string) => region(name).locator('.readout').textContent();

async function exported() {
  await panel.settled();
  const message = (await panel.posted()).at(-1);
  if (message?.type !== 'export') throw new Error('Nothing was exported.');
  return message;
}

/** Pixels of a PNG, and how many different colours it has. */
async function decoded(base64: string) {
  return panel.page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const ctx = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    ctx.drawImage(image, 0, 0);
    const { data } = ctx.getImageData(0, 0, image.width, image.height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4)
      colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    return { width: image.width, height: image.height, colours: colours.size, corner: [...data.slice(0, 4)] };
  }, base64);
}

describe.runIf(canShowPages)('every chart of the overview', () => {
  const CHARTS = {
    Result: ['result', 4],
    'Training loss': ['training-loss', 81],
    'Validation accuracy': ['validation', 10],
    'Learning rate': ['learning-rate', 81],
    'Gradient norm': ['gradient-norm', 81],
    'Tokens per second': ['tokens-per-second', 81],
    Memory: ['memory', 81],
  } as const;

  test('has its numbers as CSV, and as a table with as many rows', async () => {
    await open();
    for (const [name, [file, lines]] of Object.entries(CHARTS)) {
      await chooseFromMenu(panel, name, 'Export CSV');
      const { name: fileName, text, encoding } = await exported();
      expect([fileName, encoding]).toEqual([`${file}.csv`, undefined]);
      expect(text.trimEnd().split('\r\n')).toHaveLength(lines);
      await chooseFromMenu(panel, name, 'Show as table');
      const table = region(name).locator('table');
      expect(await table.getAttribute('aria-rowcount')).toBe(String(lines));
      expect(await table.locator('caption').textContent()).not.toBe('');
      expect(await region(name).locator('.chart-figure').isVisible()).toBe(false);
      await chooseFromMenu(panel, name, 'Show as table');
      expect(await region(name).locator('.chart-figure').isVisible()).toBe(true);
    }
  });

  test('has its picture: twice as large as on the page, in the colours of the theme', async () => {
    await open(syntheticRun(), { theme: 'light' });
    for (const [name, [file]] of Object.entries(CHARTS)) {
      if (name === 'Memory') await chooseFromMenu(panel, name, 'Show as table'); // the chart all the same
      await chooseFromMenu(panel, name, 'Export PNG');
      const message = await exported();
      expect([message.name, message.encoding]).toEqual([`${file}.png`, 'base64']);
      if (process.env.PICTURES)
        writeFileSync(`test/webview/screenshots/export-${file}.png`, Buffer.from(message.text, 'base64'));
      const picture = await decoded(message.text);
      const box = (await region(name).boundingBox())!;
      expect(Math.abs(picture.width - 2 * box.width)).toBeLessThanOrEqual(2);
      if (name !== 'Result' && name !== 'Memory')
        expect(Math.abs(picture.height - 2 * box.height)).toBeLessThanOrEqual(2);
      expect(picture.corner).toEqual([255, 255, 255, 255]);
      expect(picture.colours).toBeGreaterThan(40);
    }
  });

  test('shows the same step under the pointer', async () => {
    await open();
    const box = (await region('Gradient norm').locator('.u-over').boundingBox())!;
    await panel.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await panel.settled();
    expect(await readout('Training loss')).toMatch(/^step 40 /);
    expect(await readout('Validation accuracy')).toMatch(/^step 40 /);
    await panel.page.mouse.move(0, 0);
    await panel.settled();
    expect(await readout('Training loss')).toMatch(/^step 80 /);
  });

  test('goes from step to step by keyboard, all charts together', async () => {
    await open();
    await region('Tokens per second').getByRole('img').focus();
    await panel.page.keyboard.press('Home');
    await panel.page.keyboard.press('ArrowRight');
    await panel.settled();
    expect(await readout('Training loss')).toMatch(/^step 2 /);
    await panel.page.keyboard.press('Tab');
    await panel.settled();
    expect(await readout('Training loss')).toMatch(/^step 80 /);
  });

  test('an old run without memory has no chart of it', async () => {
    const detail = syntheticRun();
    for (const event of detail.events) if (event.type === 'step') event.memory = undefined;
    await open(detail);
    expect(await region('Memory').count()).toBe(0);
    expect(await region('Gradient norm').isVisible()).toBe(true);
  });
});

describe.runIf(canShowPages)('the loss chart', () => {
  test('smoothing and axis are chosen, and kept', async () => {
    await open();
    const slider = panel.page.getByRole('slider', { name: 'Smoothing' });
    const before = await readout('Training loss');
    await slider.focus();
    await panel.page.keyboard.press('Home');
    await panel.settled();
    const [, loss, smoothed] = /loss (\S+) {3}smoothed (\S+)/.exec((await readout('Training loss')) ?? '')!;
    expect(smoothed).toBe(loss);
    expect(await readout('Training loss')).not.toBe(before);
    await chooseFromMenu(panel, 'Training loss', 'Logarithmic axis');
    expect(await panel.kept()).toMatchObject({ smoothing: 0, logarithmic: true });
    await menuOf(panel, 'Training loss').click();
    const item = panel.page.getByRole('menuitemcheckbox', { name: 'Logarithmic axis' });
    expect(await item.getAttribute('aria-checked')).toBe('true');
  });

  test('a long table has few rows in the page, and follows while steps come in', async () => {
    const detail = syntheticRun({ state: 'training', step: 0, steps: 20_000 });
    detail.events.push(...liveSteps(1, 10_000));
    await open(detail);
    await chooseFromMenu(panel, 'Training loss', 'Show as table');
    const table = region('Training loss').locator('table');
    expect(await table.getAttribute('aria-rowcount')).toBe('10001');
    expect(await table.locator('tbody tr').count()).toBeLessThan(60);
    await region('Training loss')
      .locator('.data-scroll')
      .evaluate((one) => one.scrollTo(0, 1e9));
    await table.locator('tr[aria-rowindex="10001"]').waitFor();
    await panel.send({ type: 'events', folder: detail.folder, events: liveSteps(10_001, 2) });
    expect(await table.getAttribute('aria-rowcount')).toBe('10003');
  });
});

describe.runIf(canShowPages)('the menu of a chart', () => {
  test('is used by keyboard alone', async () => {
    await open();
    const button = menuOf(panel, 'Training loss');
    const focused = () => panel.page.evaluate('document.activeElement.textContent');
    await button.focus();
    await panel.page.keyboard.press('Enter');
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    expect(await focused()).toBe('Logarithmic axis');
    await panel.page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('Export PNG…');
    await panel.page.keyboard.press('Home');
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    expect(await region('Training loss').locator('table').isVisible()).toBe(true);
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
    await panel.page.keyboard.press('Enter');
    await panel.page.keyboard.press('Escape');
    expect(await button.getAttribute('aria-expanded')).toBe('false');
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
  });
});

describe.runIf(canShowPages)('alerts', () => {
  const alerts = () => panel.page.locator('.alert');

  test('say what was seen and what to try, and lead to the setting', async () => {
    await open(troubledRun());
    const rising = alerts().filter({ hasText: 'The loss is rising' });
    expect(await rising.textContent()).toContain('Try a learning rate of 0.02 (now 0.06).');
    await rising.getByRole('button', { name: 'Open setting' }).click();
    expect((await panel.posted()).at(-1)).toEqual({ type: 'openTask', setting: 'training.learningRate' });
    const said = await panel.page.locator('.alert-place [aria-live="polite"]').textContent();
    expect(said).toContain('The loss is rising. Try a learning rate of 0.02 (now 0.06).');
  });

  test('are put away for this run, and stay away', async () => {
    const detail = troubledRun();
    await open(detail);
    expect(await alerts().count()).toBe(2);
    await alerts().first().getByRole('button', { name: 'Dismiss' }).click();
    await panel.settled();
    expect(await alerts().count()).toBe(1);
    expect(await panel.kept()).toMatchObject({ dismissed: ['diverging'] });
    await panel.send({ type: 'events', folder: detail.folder, events: liveSteps(61, 1) });
    expect(await alerts().count()).toBe(1);
    const { folder, ...other } = troubledRun();
    await panel.send({ type: 'run', detail: { ...other, folder: `${folder}-2` } });
    expect(await alerts().count()).toBe(2);
  });

  test('a good run has none', async () => {
    await open();
    expect(await alerts().count()).toBe(0);
  });
});

test.runIf(canShowPages).each(THEMES)('the colours of prompts can be seen in %s', async (theme) => {
  await open(syntheticRun(), { theme });
  const colours = await panel.page.evaluate(() => {
    const of = (variable: string) => {
      const probe = document.createElement('i');
      probe.style.color = `var(${variable})`;
      document.body.append(probe);
      return getComputedStyle(probe).color;
    };
    return ['--sp-background', '--sp-tuned', '--sp-zero', '--sp-few'].map(of);
  });
  const [background, ...prompts] = colours.map(parseColour);
  for (const colour of prompts) {
    expect(colour[3]).toBe(1);
    expect(contrast(colour, background!)).toBeGreaterThan(3);
  }
});

test.runIf(canShowPages)(
  'long numbers have room beside their axis, and short ones stand in line',
  async () => {
    const detail = syntheticRun();
    detail.events = detail.events.map((event) =>
      event.type === 'step' ? { ...event, tokens: event.tokens * 500 } : event,
    );
    await open(detail);
    const left = (name: string) =>
      region(name)
        .locator('.u-over')
        .evaluate((area) => Number.parseFloat((area as HTMLElement).style.left));
    expect(await left('Tokens per second')).toBeGreaterThan(46);
    expect(await left('Learning rate')).toBe(46);
    expect(await left('Training loss')).toBe(46);
  },
);
