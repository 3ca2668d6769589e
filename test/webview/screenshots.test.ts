import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, type Panel, startHarness, THEMES } from './harness';
import { failedRun, syntheticRun, textRun } from './syntheticRun';

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

  test('every other state', async () => {
    for (const state of ['preparing', 'training', 'paused', 'testing', 'cancelled', 'interrupted'] as const) {
      const panel = await harness.open({ theme });
      await panel.send({
        type: 'run',
        detail: syntheticRun({ state, step: state === 'preparing' ? 0 : state === 'testing' ? 80 : 48 }),
      });
      await picture(panel, `${theme}-${state}`);
      await panel.close();
    }
    const failed = await harness.open({ theme });
    await failed.send({ type: 'run', detail: failedRun() });
    await picture(failed, `${theme}-failed`);
    await failed.close();
    const lost = await harness.open({ theme });
    await lost.send(
      { type: 'run', detail: syntheticRun({ state: 'training' }) },
      { type: 'connection', state: 'lost' },
    );
    await picture(lost, `${theme}-lost`);
    await lost.close();
    const text = await harness.open({ theme });
    await text.send({ type: 'run', detail: textRun() });
    await picture(text, `${theme}-text`);
    await text.page.getByRole('tab', { name: /Predictions/ }).click();
    await picture(text, `${theme}-text-test`);
    await text.close();
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
