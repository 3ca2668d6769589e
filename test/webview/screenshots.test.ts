import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, type Panel, startHarness, THEMES } from './harness';
import { STATES } from './states';
import { syntheticRun, textRun } from './syntheticRun';
import { answerBoth, lastTry, usedPlayground } from './trials';

// Pictures of every state for people to look at, in test/webview/screenshots (not committed):
// PICTURES=dark npx vitest run test/webview/screenshots.test.ts (or PICTURES=all)

const FOLDER = 'test/webview/screenshots';
const asked = THEMES.filter((theme) => ['all', theme].includes(process.env.PICTURES ?? ''));
let harness: Harness;

beforeAll(async () => {
  if (asked.length === 0) return;
  mkdirSync(FOLDER, { recursive: true });
  harness = await startHarness();
});

afterAll(() => harness?.close());

async function picture(panel: Panel, name: string): Promise<void> {
  await panel.page.mouse.move(0, 0);
  // Playwright adds a style element of its own, which the policy refuses.
  const before = [...panel.errors];
  await panel.page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
  await panel.page.waitForTimeout(50);
  panel.errors.length = 0;
  expect(before).toEqual([]);
}

const manyLabels = Array.from({ length: 77 }, (_, i) => `class_${String(i).padStart(2, '0')}_of_a_kind`);

describe.runIf(asked.length > 0).each(asked.length > 0 ? asked : THEMES)('pictures in %s', (theme) => {
  test('a finished run, all tabs', async () => {
    const panel = await harness.open({ theme });
    await panel.send({ type: 'runs', runs: [] }, { type: 'run', detail: syntheticRun() });
    await picture(panel, `${theme}-finished`);
    await panel.page.getByRole('tab', { name: /Predictions/ }).click();
    await picture(panel, `${theme}-test`);
    await panel.page.getByRole('tab', { name: 'Details' }).click();
    await picture(panel, `${theme}-details`);
    await panel.close();
  });

  test.each(Object.entries(STATES))('%s', async (name, show) => {
    const panel = await harness.open({ theme });
    await show(panel);
    await picture(panel, `${theme}-${name}`);
    await panel.close();
  });

  test('free text', async () => {
    const text = await harness.open({ theme });
    await text.send({ type: 'run', detail: textRun() });
    await picture(text, `${theme}-text`);
    await text.page.getByRole('tab', { name: /Predictions/ }).click();
    await picture(text, `${theme}-text-test`);
    await text.close();
  });

  test('the playground, and predictions while training', async () => {
    const panel = await harness.open({ theme });
    const detail = syntheticRun();
    const { folder } = detail;
    const row = { file: '/work space/support/test.csv', row: 12, line: 13, target: 'delivery' };
    const values = { text: "shipped to my ex's adress, can u get it back" };
    await panel.send(
      { type: 'run', detail },
      { type: 'playground', folder, playground: usedPlayground() },
      { type: 'show', tab: 'playground' },
      { type: 'row', row: { ...row, values } },
    );
    await panel.page.getByRole('button', { name: 'Ask both prompts' }).click();
    await picture(panel, `${theme}-playground-waiting`);
    await answerBoth(panel);
    await picture(panel, `${theme}-playground`);
    await panel.page.setViewportSize({ width: 400, height: 900 });
    await picture(panel, `${theme}-playground-narrow`);
    await panel.page.setViewportSize({ width: 520, height: 900 });
    await picture(panel, `${theme}-playground-beside`);
    await panel.close();

    const text = await harness.open({ theme });
    await text.send({ type: 'run', detail: textRun() }, { type: 'show', tab: 'playground' });
    await text.page.getByRole('textbox', { name: 'text' }).fill('Where is my parcel?');
    await text.page.getByRole('textbox', { name: 'order' }).fill('88231');
    await text.page.getByRole('button', { name: 'Your own' }).click();
    await text.page
      .getByRole('textbox', { name: 'Your hard prompt' })
      .fill('Answer in one friendly sentence.');
    await text.page.getByRole('button', { name: 'Ask both prompts' }).click();
    const { id } = await lastTry(text);
    const predicted = 'Sorry for that! It is on its way, and should be with you tomorrow.';
    await text.send(
      { type: 'answer', id, side: 'tuned', answer: { predicted, milliseconds: 840, cutTokens: 12 } },
      { type: 'writing', id, side: 'hard', text: 'Thank you for your message. We will' },
    );
    await picture(text, `${theme}-playground-text`);
    await text.send({
      type: 'answer',
      id,
      side: 'hard',
      error: { code: 'cancelled', message: 'Cancelled.' },
    });
    await picture(text, `${theme}-playground-stopped`);
    await text.close();

    const gone = await harness.open({ theme });
    await gone.send({ type: 'run', detail: syntheticRun() }, { type: 'show', tab: 'playground' });
    await gone.page.getByRole('textbox', { name: 'text' }).fill('Where is my parcel?');
    await gone.page.getByRole('button', { name: 'Ask both prompts' }).click();
    await gone.send({
      type: 'answer',
      id: (await lastTry(gone)).id,
      side: 'tuned',
      error: {
        code: 'model-missing',
        message: 'The model smollm2-135m-instruct is not on this computer yet.',
        hint: 'Pull it: softprompt models pull smollm2-135m-instruct',
      },
    });
    await picture(gone, `${theme}-playground-no-model`);
    await gone.close();

    const training = await harness.open({ theme });
    await training.send(
      { type: 'run', detail: syntheticRun({ state: 'training' }) },
      { type: 'show', tab: 'playground' },
    );
    await picture(training, `${theme}-playground-training`);
    await training.send({ type: 'show', tab: 'predictions' });
    await training.page.locator('.predictions .table-row[data-index="2"]').click();
    await picture(training, `${theme}-live-predictions`);
    await training.close();
  });

  test('narrow, and many classes', async () => {
    const narrow = await harness.open({ theme, width: 400 });
    await narrow.send({ type: 'run', detail: syntheticRun() });
    await picture(narrow, `${theme}-narrow`);
    await narrow.page.getByRole('tab', { name: /Predictions/ }).click();
    await picture(narrow, `${theme}-narrow-test`);
    await narrow.close();
    const many = await harness.open({ theme });
    await many.send({ type: 'run', detail: syntheticRun({ labels: manyLabels, rows: 1540 }) });
    await many.page.getByRole('tab', { name: /Predictions/ }).click();
    await picture(many, `${theme}-77-classes`);
    await many.close();
  });
});
