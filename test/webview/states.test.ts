import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canShowPages } from '../chromium';
import { violations } from './axe';
import { type Harness, startHarness, THEMES } from './harness';
import { STATES } from './states';

let harness: Harness;

beforeAll(async () => {
  if (canShowPages) harness = await startHarness();
});
afterAll(() => harness?.close());

describe.runIf(canShowPages).each(THEMES)('in %s', (theme) => {
  test.each(Object.entries(STATES))('nobody trips over the state %s', async (_, show) => {
    const panel = await harness.open({ theme, reducedMotion: true });
    await show(panel);
    // Structure is the same in every theme; colours are not.
    const rules = theme === 'dark' ? undefined : ['color-contrast'];
    expect(await violations(panel.page, rules)).toEqual([]);
    expect(panel.errors).toEqual([]);
    await panel.close();
  });
});
