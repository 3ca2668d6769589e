import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompareState, FromCompare, ToCompare } from '../../../src/protocol/compare';
import type { RunDetail } from '../../../src/protocol/runs';
import { type Harness, type Panel, startHarness, THEMES } from '../harness';
import { summaryOf, textVariants, variantOf } from './runsToCompare';

// Pictures for people to look at, as in ../screenshots.test.ts:
// PICTURES=dark npx vitest run test/webview/compare/pictures.test.ts (or PICTURES=all)

const FOLDER = 'test/webview/screenshots';
const asked = THEMES.filter((theme) => ['all', theme].includes(process.env.PICTURES ?? ''));
type Types = { to: ToCompare; from: FromCompare; kept: CompareState };
let harness: Harness<Types>;

beforeAll(async () => {
  if (asked.length === 0) return;
  mkdirSync(FOLDER, { recursive: true });
  harness = await startHarness<Types>('compare');
});

afterAll(() => harness?.close());

async function picture(panel: Panel<Types>, name: string): Promise<void> {
  await panel.page.mouse.move(0, 0);
  const before = [...panel.errors];
  await panel.page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
  panel.errors.length = 0;
  expect(before).toEqual([]);
}

async function show(panel: Panel<Types>, details: RunDetail[]): Promise<void> {
  await panel.send(
    { type: 'runs', runs: [...details, variantOf('Z')].map(summaryOf) },
    { type: 'chosen', folders: details.map(({ folder }) => folder) },
    ...details.map((detail) => ({ type: 'run' as const, detail })),
  );
}

describe.runIf(asked.length > 0).each(asked.length > 0 ? asked : THEMES)('comparisons in %s', (theme) => {
  test('two runs, all tabs', async () => {
    const panel = await harness.open({ theme });
    await show(panel, [
      variantOf('A', { changed: 0 }),
      variantOf('B', { changed: 0.08, learningRate: 0.01 }),
    ]);
    await picture(panel, `${theme}-compare`);
    for (const tab of ['Differing rows', 'Settings']) {
      await panel.page.getByRole('tab', { name: tab }).click();
      await panel.settled();
      await picture(panel, `${theme}-compare-${tab.split(' ')[0]!.toLowerCase()}`);
    }
    await panel.close();
  });

  test('five runs, one of them training, one gone; wide and narrow', async () => {
    for (const width of [1280, 420]) {
      const panel = await harness.open({ theme, width });
      const details = [
        variantOf('A', { changed: 0 }),
        variantOf('B', { changed: 0.2 }),
        variantOf('C', { changed: 0.1, learningRate: 0.01, task: 'support-long' }),
        variantOf('D', { state: 'training' }),
      ];
      await show(panel, details);
      const gone = '/work space/.softprompt/runs/gone';
      await panel.send(
        { type: 'chosen', folders: [...details.map(({ folder }) => folder), gone] },
        { type: 'unreadable', folder: gone, error: { code: 'run-invalid', message: 'The folder is gone.' } },
      );
      await picture(panel, `${theme}-compare-many-${width}`);
      await panel.page.getByRole('tab', { name: 'Differing rows' }).click();
      await panel.settled();
      await picture(panel, `${theme}-compare-many-rows-${width}`);
      await panel.close();
    }
  });

  test('free text', async () => {
    const panel = await harness.open({ theme });
    await show(panel, textVariants());
    await picture(panel, `${theme}-compare-text`);
    await panel.page.getByRole('tab', { name: 'Differing rows' }).click();
    await panel.settled();
    await picture(panel, `${theme}-compare-text-rows`);
    await panel.close();
  });
});
