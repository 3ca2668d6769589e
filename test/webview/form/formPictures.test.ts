import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FormState, FromForm, ToForm } from '../../../src/protocol/form';
import { type Harness, type Panel, startHarness, THEMES } from '../harness';
import { ALL, check, PROBLEMS, TASK, task } from './formFixtures';

// Pictures of the form for people to look at: PICTURES=dark npx vitest run test/webview/form/formPictures.test.ts

interface FormTypes {
  to: ToForm;
  from: FromForm;
  kept: FormState;
}

const FOLDER = 'test/webview/screenshots';
const asked = THEMES.filter((theme) => ['all', theme].includes(process.env.PICTURES ?? ''));
let harness: Harness<FormTypes>;

beforeAll(async () => {
  if (asked.length === 0) return;
  mkdirSync(FOLDER, { recursive: true });
  harness = await startHarness<FormTypes>('form');
});
afterAll(() => harness?.close());

async function picture(panel: Panel<FormTypes>, name: string): Promise<void> {
  await panel.page.mouse.move(0, 0);
  const before = [...panel.errors];
  await panel.page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage: true });
  await panel.page.waitForTimeout(50);
  expect(before).toEqual([]);
}

describe.runIf(asked.length > 0).each(asked.length > 0 ? asked : THEMES)('the form in %s', (theme) => {
  test('whole, with problems, broken, as messages, and narrow', async () => {
    const advanced = { sections: { advanced: true } };
    const whole = await harness.open({ theme, kept: advanced });
    await whole.send(...ALL);
    await picture(whole, `${theme}-form`);
    await whole.close();
    const wrong = await harness.open({ theme, height: 1100 });
    await wrong.send(...ALL, task({ ...TASK, template: 'Message: {txt}\nTopic:' }), check(PROBLEMS));
    await picture(wrong, `${theme}-form-problems`);
    await wrong.send({
      type: 'task',
      name: 'support',
      change: 1_000,
      broken: { message: 'Line 4 of the file is not valid JSON.', line: 4, column: 3 },
    });
    await picture(wrong, `${theme}-form-broken`);
    await wrong.close();
    const messages = [
      { role: 'system', content: 'You sort mail.' },
      { role: 'user', content: 'Message: {text}' },
    ];
    const narrow = await harness.open({ theme, width: 420 });
    await narrow.send(
      ...ALL,
      task({ ...TASK, template: undefined, messages, data: { train: 'messages.csv', test: 'test.csv' } }),
    );
    await picture(narrow, `${theme}-form-narrow`);
    await narrow.close();
  });
});
