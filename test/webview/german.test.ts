import { mkdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompareState, FromCompare, ToCompare } from '../../src/protocol/compare';
import type { FormState, FromForm, ToForm } from '../../src/protocol/form';
import { summaryOf, variantOf } from './compare/runsToCompare';
import { ALL, check, PROBLEMS } from './form/formFixtures';
import { type Harness, startHarness } from './harness';
import { STATES } from './states';
import { syntheticRun } from './syntheticRun';

// The pages in German: words are longer there, numbers and dates are written in another way. With PICTURES=german also as
// pictures to look at.

const FOLDER = 'test/webview/screenshots';
const strings = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<string, string>;
/** States that are shown without a click. */
const SHOWN = ['no-runs', 'fifty-runs', 'preparing', 'training', 'paused', 'alerts', 'failed', 'lost'];
type CompareTypes = { to: ToCompare; from: FromCompare; kept: CompareState };
type FormTypes = { to: ToForm; from: FromForm; kept: FormState };
let harness: Harness;
let compareHarness: Harness<CompareTypes>;
let formHarness: Harness<FormTypes>;

beforeAll(async () => {
  if (process.env.PICTURES === 'german') mkdirSync(FOLDER, { recursive: true });
  harness = await startHarness();
  compareHarness = await startHarness<CompareTypes>('compare');
  formHarness = await startHarness<FormTypes>('form');
});

afterAll(() => Promise.all([harness, compareHarness, formHarness].map((one) => one?.close())));

/** Texts that do not fit into what they stand in, and a page that is wider than its window. */
function tooLong(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parts = [
      ...document.querySelectorAll<HTMLElement>('button, vscode-button, .badge, h1, h2, dt, dd'),
    ];
    const cut = parts.filter((part) => {
      const { overflow, overflowX } = getComputedStyle(part);
      const shown = part.checkVisibility() && !part.closest('.sr-only');
      return shown && overflow !== 'auto' && overflowX !== 'auto' && part.scrollWidth > part.clientWidth + 1;
    });
    const page = document.documentElement;
    const wide = page.scrollWidth > page.clientWidth ? ['the page'] : [];
    return [...wide, ...cut.map((part) => part.textContent)];
  });
}

async function look({ page }: { page: Page }, name: string): Promise<void> {
  if (process.env.PICTURES === 'german')
    await page.screenshot({ path: `${FOLDER}/german-${name}.png`, fullPage: true });
  expect(await tooLong(page), name).toEqual([]);
}

describe.each([1280, 520])('the panel in German, %i wide', (width) => {
  const open = () => harness.open({ strings, language: 'de', width });

  test('a finished run, all tabs', async () => {
    const panel = await open();
    await panel.send({ type: 'runs', runs: [] }, { type: 'run', detail: syntheticRun() });
    await panel.page.getByText('Abgeschlossen').first().waitFor();
    expect(await panel.page.locator('.figure').first().textContent()).toMatch(/^\d+,\d\s%$/);
    await look(panel, `${width}-overview`);
    for (const tab of ['Vorhersagen', 'Playground', 'Details']) {
      await panel.page.getByRole('tab', { name: tab }).click();
      await look(panel, `${width}-${tab}`);
    }
    await panel.close();
  });

  test.each(SHOWN)('%s', async (name) => {
    const panel = await open();
    await STATES[name]!(panel);
    await look(panel, `${width}-${name}`);
    await panel.close();
  });

  test('a comparison', async () => {
    const panel = await compareHarness.open({ strings, language: 'de', width });
    const details = [variantOf('A'), variantOf('B')];
    await panel.send(
      { type: 'runs', runs: details.map(summaryOf) },
      { type: 'chosen', folders: details.map(({ folder }) => folder) },
      ...details.map((detail) => ({ type: 'run' as const, detail })),
    );
    await panel.page.getByRole('tab', { name: 'Einstellungen' }).waitFor();
    await look(panel, `${width}-compare`);
    await panel.close();
  });

  test('a task as a form', async () => {
    const panel = await formHarness.open({ strings, language: 'de', width });
    await panel.send(...ALL, check(PROBLEMS));
    await panel.page.getByText('Basismodell').first().waitFor();
    await look(panel, `${width}-form`);
    await panel.close();
  });
});
