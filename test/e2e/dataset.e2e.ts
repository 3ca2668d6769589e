import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tellStory } from './story';
import { DATASET, datasetText, ROWS, tinyTask, type Workspace } from './workspace';

const LONG = 'This message is far longer than what the task has room for, so its end is cut';
/** The first row takes three lines, the second is cut. */
const TEXT = datasetText().replace(
  'text,label\n',
  `text,label\n"Hello,\nmy parcel\nis gone",delivery\n"${LONG}",billing\n`,
);
const FIRST_PLAIN_LINE = 6;

const CHATS = 'chats.jsonl';
/** Rows as JSON: a line break in a text, one that is cut, one that is no JSON, and plain ones. */
const CHAT_LINES = [
  JSON.stringify({ text: 'Hello,\nmy "parcel"', label: 'delivery', id: 1 }),
  JSON.stringify({ text: LONG, label: 'billing', id: 2 }),
  '{"text": "this line breaks off',
  ...Array.from({ length: 6 }, (_, i) =>
    JSON.stringify({ text: `Where is box ${i}`, label: 'delivery', id: i }),
  ),
  ...Array.from({ length: 6 }, (_, i) => JSON.stringify({ text: `Refund ${i}`, label: 'billing', id: i })),
];
const USABLE_CHATS = CHAT_LINES.length - 1;
/** The editor writes spaces as ones that do not break. */
const TOKENS = /\d+\stokens/;
const SOON = { timeout: 60_000 };
const ANSWER = /[✓✗]\s\w+\s/;

describe('A dataset in the editor', () => {
  const { workspace, workbench, run } = tellStory({
    files: {
      [DATASET]: TEXT,
      'package.json': { name: 'shop', tokens: ['text', 'label'] },
      'settings.json': '[\n  "text",\n  "label"\n]\n',
      [CHATS]: `${CHAT_LINES.join('\n')}\n`,
      'chats.softprompt.json': { ...tinyTask({ steps: 5 }), data: CHATS, limit: 60 },
      'topics.softprompt.json': { ...tinyTask({ steps: 40, evaluateEvery: 20 }), limit: 60 },
    },
    editor: () => ({ settings: { 'files.autoSave': 'off' } }),
  });

  /** How many rows in view have this sign beside them. */
  const signs = (name: 'right' | 'wrong', theme = 'light'): Promise<number> =>
    workbench.page
      .locator('.cgmr')
      .evaluateAll(
        (all, icon) => all.filter((sign) => getComputedStyle(sign).backgroundImage.includes(icon)).length,
        `${name}-${theme}.svg`,
      );
  const allSigns = async (): Promise<number> => (await signs('right')) + (await signs('wrong'));

  it('says above its first line what is in it and what can be done', async () => {
    await workbench.openFile(DATASET);
    // The long row is cut: that is the warning, which is counted a moment later.
    const facts = `${ROWS + 2} rows · 2 columns · .*1 warning · 3 classes in label, balanced: billing 34 %`;
    await workbench.lens(new RegExp(facts.replaceAll(' ', '\\s'))).waitFor({ timeout: 60_000 });
    await workbench.lens('Preview prompt').waitFor();
    expect(await workbench.lens('Evaluate').count()).toBe(0);
  });

  it('says behind each row how many tokens its prompt has, and what was cut', async () => {
    await workbench.line('charged twice').filter({ hasText: TOKENS }).waitFor();
    await workbench.line('is gone').filter({ hasText: TOKENS }).waitFor();
    await workbench
      .line(LONG.slice(0, 20))
      .filter({ hasText: /60\stokens\s·\s✂\s\d+\scut/ })
      .waitFor();
    expect(await workbench.line('Hello,').filter({ hasText: TOKENS }).count()).toBe(0);
    expect(await workbench.line('text,label').filter({ hasText: TOKENS }).count()).toBe(0);
    await workbench.screenshot('dataset-1-hints');
  });

  it('explains a column at its name', async () => {
    await workbench.goTo(1, 8);
    const hover = await workbench.hover('Column label');
    await expect.poll(() => hover.textContent()).toMatch(/classes\s*3 distinct · none of 110 rows missing/);
    await expect.poll(() => hover.textContent()).toMatch(/billing\s+▆+/);
    await workbench.screenshot('dataset-2-column');
    await workbench.page.keyboard.press('Escape');
  });

  it('shows a row as the model sees it', async () => {
    await workbench.goTo(3, 4);
    const hover = await workbench.hover('8 virtual tokens');
    await expect.poll(() => hover.textContent()).toMatch(/Message:\sHello,\s*my\sparcel\s*is\sgone/);
    await expect.poll(() => hover.textContent()).toMatch(/→\s+delivery.*expected/);
    await workbench.screenshot('dataset-3-row');
    await hover.getByText('Preview prompt').click();
    await workbench.editorTab('row 1').waitFor();
    await workbench.command('View: Close Editor');
  });

  it('takes the hints away while the file is edited, and brings them back', async () => {
    await workbench.goTo(FIRST_PLAIN_LINE, 1);
    await workbench.page.keyboard.press('Enter');
    await expect.poll(() => workbench.page.locator('.view-line', { hasText: TOKENS }).count(), SOON).toBe(0);
    await workbench.page.keyboard.press('Control+Z');
    await workbench.line('charged twice').filter({ hasText: TOKENS }).waitFor();
  });

  it('turns the hints off and on', async () => {
    await workbench.command('Softprompt: Toggle Row Hints');
    await expect.poll(() => workbench.page.locator('.view-line', { hasText: TOKENS }).count(), SOON).toBe(0);
    await workbench.command('Softprompt: Toggle Row Hints');
    await workbench.line('charged twice').filter({ hasText: TOKENS }).waitFor();
  });

  it('says the same of JSON Lines, where a line is a row', async () => {
    await workbench.openFile(CHATS);
    await workbench.lens(`${USABLE_CHATS} rows · 3 columns`).waitFor({ timeout: 60_000 });
    await workbench.line('Where is box 5').filter({ hasText: TOKENS }).waitFor();
    await workbench
      .line(LONG.slice(0, 20))
      .filter({ hasText: /60\stokens\s·\s✂\s\d+\scut/ })
      .waitFor();
    expect(await workbench.line('this line breaks off').filter({ hasText: TOKENS }).count()).toBe(0);
    await workbench.page.locator('.squiggly-warning').first().waitFor({ state: 'attached' });
    await workbench.screenshot('dataset-3b-jsonl');
  });

  it('explains keys and rows of JSON Lines at the text cursor', async () => {
    await workbench.goTo(5, CHAT_LINES[4]!.indexOf('label') + 2);
    const column = await workbench.hover('Column label');
    await expect.poll(() => column.textContent()).toMatch(/classes\s*2 distinct · none of 14 rows missing/);
    await expect.poll(() => column.textContent()).toMatch(/billing\s+▆+/);
    await workbench.page.keyboard.press('Escape');
    await workbench.goTo(1, 15);
    const row = await workbench.hover('8 virtual tokens');
    await expect.poll(() => row.textContent()).toMatch(/Message:\sHello,\s*my\s"parcel"/);
    await expect.poll(() => row.textContent()).toMatch(/→\s+delivery.*expected/);
    await workbench.screenshot('dataset-3c-jsonl-row');
    await workbench.page.keyboard.press('Escape');
    await workbench.goTo(3, 20);
    const broken = await workbench.hover('The line is not valid JSON');
    expect(await broken.textContent()).not.toMatch(/virtual tokens/);
    await workbench.page.keyboard.press('Escape');
    await workbench.openFile(DATASET);
  });

  it('asks for an evaluation where nothing was answered yet', async () => {
    await workbench.command('Softprompt: Go to Next Mistake');
    await workbench.notification('Evaluate first').getByRole('button', { name: 'Evaluate' }).click();
    await workbench.notification(`There is no tuned prompt for ${DATASET} yet`).waitFor();
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('marks the test rows of a run that has ended', async () => {
    await workbench.clickLens('Tune “topics”');
    await run.becomes('Finished', 100_000);
    await workbench.command('View: Close All Editors');
    await workbench.openFile(DATASET);
    await workbench.lens(/Evaluate · \d+\.\d % right, \d+ wrong/).waitFor();
    await expect.poll(allSigns, SOON).toBeGreaterThan(0);
  });

  it('has the prompt answer every row', async () => {
    const told = workbench.notification(new RegExp(`${DATASET}: \\d+\\.\\d % right`));
    // A lens that is drawn anew just then takes no click: the figures have only just come.
    await workbench.page.waitForTimeout(1_500);
    for (let attempt = 0; attempt < 3 && !(await told.isVisible()); attempt++) {
      await workbench.clickLens('Evaluate');
      await told.waitFor({ timeout: 15_000 }).catch(() => {});
    }
    await told.waitFor({ timeout: 1_000 });
    const { right, wrong } = await answers(workspace);
    expect(right + wrong.length).toBe(ROWS + 2);
    const share = ((100 * right) / (ROWS + 2)).toFixed(1);
    await workbench.lens(`Evaluate · ${share} % right, ${wrong.length} wrong · `).waitFor();
    await workbench
      .line('charged twice')
      .filter({ hasText: /[✓✗]\s\w+\s+\d+\s%\s·\s+\d+\stokens/ })
      .waitFor();
    await workbench.line('is gone').filter({ hasText: ANSWER }).waitFor();
    await expect.poll(() => signs('right'), SOON).toBeGreaterThan(0);
    await expect.poll(() => signs('wrong'), SOON).toBeGreaterThan(0);
    await workbench.screenshot('dataset-4-evaluated');
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('goes from mistake to mistake, around the end', async () => {
    const { wrong } = await answers(workspace);
    await workbench.goTo(1);
    await workbench.page.keyboard.press('Alt+F9');
    await expect.poll(() => workbench.cursorLine(), SOON).toBe(wrong[0]);
    await workbench.statusBarItem(`Mistake 1 of ${wrong.length}: expected`).waitFor();
    await workbench.page.keyboard.press('Alt+F9');
    await expect.poll(() => workbench.cursorLine(), SOON).toBe(wrong[1]);
    await workbench.page.keyboard.press('Shift+Alt+F9');
    await workbench.page.keyboard.press('Shift+Alt+F9');
    await expect.poll(() => workbench.cursorLine(), SOON).toBe(wrong.at(-1));
    await workbench.screenshot('dataset-5-mistake');
  });

  it('says over a row what was answered, and how sure that was', async () => {
    const hover = await workbench.hover('Wrong: predicted');
    await expect.poll(() => hover.textContent()).toMatch(/→\s.*\d+\s%\s+expected/);
    await hover.getByText('Next mistake').waitFor();
    await workbench.screenshot('dataset-6-answer');
    await workbench.page.keyboard.press('Escape');
  });

  it('still knows the answers after the window was reloaded', async () => {
    await workbench.reload();
    await workbench.openFile(DATASET);
    await workbench.goTo(1);
    await workbench.lens(/Evaluate · .* on held-out rows/).waitFor({ timeout: 60_000 });
    await workbench.line('charged twice').filter({ hasText: ANSWER }).waitFor();
    await expect.poll(allSigns, SOON).toBeGreaterThan(0);
  });

  it.each(['Dark 2026', 'Dark High Contrast', 'Light High Contrast'])(
    'tells right from wrong in %s',
    async (theme) => {
      await workbench.useTheme(theme);
      const kind = /^Light/.test(theme) ? 'light' : 'dark';
      await expect.poll(() => signs('right', kind), SOON).toBeGreaterThan(0);
      await expect.poll(() => signs('wrong', kind), SOON).toBeGreaterThan(0);
      await workbench.screenshot(`dataset-7-${theme.replaceAll(' ', '-')}`);
    },
  );

  it('leaves files without rows alone', async () => {
    for (const name of ['package.json', 'settings.json']) {
      await workbench.openFile(name);
      await workbench.line('"text"').waitFor();
      expect(await workbench.lens(/row|Tune|Evaluate/).count()).toBe(0);
      expect(await workbench.page.locator('.view-line', { hasText: TOKENS }).count()).toBe(0);
    }
  });

  it('never changed the file, and showed no error', async () => {
    expect(await readFile(workspace.file(DATASET), 'utf8')).toBe(TEXT);
    expect(await workbench.errorNotifications()).toEqual([]);
  });
});

/** What the run's folder says of the whole file: how many rows are right, and the lines of those that are not. */
async function answers(workspace: Workspace): Promise<{ right: number; wrong: number[] }> {
  const runs = workspace.file('.softprompt/runs');
  const [name] = await readdir(runs);
  const evaluations = join(runs, name!, 'evaluations');
  const file = (await readdir(evaluations)).find((entry) => entry.endsWith('.jsonl'));
  const lines = (await readFile(join(evaluations, file!), 'utf8')).trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { line: number; correct: boolean });
  return {
    right: rows.filter(({ correct }) => correct).length,
    wrong: rows.filter(({ correct }) => !correct).map(({ line }) => line),
  };
}
