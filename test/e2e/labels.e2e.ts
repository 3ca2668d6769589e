import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PLANTED, writePlantedTask } from '../labels/plantedTask';
import { tellStory } from './story';
import { DATASET, datasetText, tinyTask } from './workspace';

const TASK = 'shop.softprompt.json';
const TEST = 'test.csv';

/** A test file with one of each: a text of the training rows, none, a class of its own, one twice. */
const TEST_ROWS = `text,label
"Hi, charged twice",billing
" ",billing
A parcel for you,delivery
My old shoes,returns
A parcel for you,delivery
Where is my box,delivery
Let me in,account
`;

/** Steps so long that there is time to cancel them. */
const LONG_STEPS = { steps: 60, batchRows: 100 };

const NOTES = 'notes.csv';
const NOTES_TASK = 'notes.softprompt.json';
/** Two rows of a class that the task has no word for. */
const NOTE_ROWS = `text,label
${['late parcel', 'lost box', 'open box', 'no courier', 'wrong street'].map((text) => `${text},delivery`).join('\n')}
cannot log in,account
${['charged twice', 'no invoice', 'wrong price', 'refund', 'card failed'].map((text) => `${text},billing`).join('\n')}
locked out,account
`;
const ACCOUNT_LINES = [7, 13] as const;

describe('Problems and labels of a dataset', () => {
  const { workspace, workbench } = tellStory({
    files: {
      [DATASET]: datasetText(),
      [TEST]: TEST_ROWS,
      [NOTES]: NOTE_ROWS,
      [NOTES_TASK]: {
        ...tinyTask({ steps: 5 }),
        data: NOTES,
        target: { kind: 'label', column: 'label', words: { billing: ' bill', delivery: ' post' } },
      },
      [TASK]: {
        ...tinyTask(LONG_STEPS),
        data: { train: DATASET, test: TEST },
        method: { virtualTokens: 60 },
      },
    },
    prepare: ({ folder }) => writePlantedTask(folder),
  });
  /** The suspicious rows in the sidebar. */
  const listed = () => workbench.page.locator('.sidebar .monaco-list-row', { hasText: '→' });

  /** Rows whose labels were found right. */
  const dismissed = async (): Promise<number[]> => {
    const kept = JSON.parse(await readFile(workspace.file('.softprompt/labels/signs.json'), 'utf8')) as {
      labels: { row: number; dismissed?: boolean }[];
    };
    return kept.labels.filter((label) => label.dismissed).map(({ row }) => row);
  };
  /** Number and label of the row in a line of signs.csv. */
  const labelledRow = async (line: number): Promise<[row: number, label: string]> => {
    const text = (await readFile(workspace.file('signs.csv'), 'utf8')).split('\n')[line - 1]!;
    return [line - 1, text.split(',')[1]!];
  };
  const task = async (): Promise<string> => readFile(workspace.file(TASK), 'utf8');

  it('shows what is wrong with rows at their lines, whoever finds it', async () => {
    await workbench.openFile(TEST);
    await workbench.command('Problems: Focus on Problems View');
    const seen: [RegExp, number][] = [
      [/same text as a training row \(messages\.csv, line 2\)/, 2],
      [/The row has no text/, 3],
      [/No training row has the class "returns"/, 5],
      [/The same text as in line 4/, 6],
    ];
    for (const [text, line] of seen) {
      const problem = workbench.problem(text);
      await problem.waitFor({ timeout: 60_000 });
      await expect.poll(() => problem.textContent()).toContain(`[Ln ${line}, Col 1]`);
    }
    // Each once, though the file's own look and the task's check both see some.
    const rows = workbench.page.locator('.markers-panel .monaco-list-row', {
      hasText: 'The row has no text',
    });
    await expect.poll(() => rows.count()).toBe(1);
    await workbench.screenshot('labels-1-problems');
  });

  it('opens the other place, by keyboard', async () => {
    await workbench.openFile(TEST);
    await workbench.goTo(2, 1);
    const fixes = await workbench.quickFixes();
    await fixes.filter({ hasText: `Exclude this row in ${TASK}` }).waitFor();
    await workbench.screenshot('labels-2-quick-fixes');
    await workbench.page.keyboard.press('Escape');
    await workbench.quickFix('Open the other place (messages.csv:2)');
    await workbench.editorTab(DATASET).waitFor();
    await expect.poll(() => workbench.cursorLine()).toBe(2);
  });

  it('excludes a row in the task file, from the keyboard, and takes it back', async () => {
    await workbench.openFile(TEST);
    await workbench.goTo(2, 1);
    await workbench.quickFix(`Exclude this row in ${TASK}`);
    await workbench.notification('left out by the task “shop”').waitFor();
    await workbench.problem(/same text as a training row/).waitFor({ state: 'detached', timeout: 30_000 });
    await workbench.page.locator('.squiggly-unnecessary').first().waitFor({ state: 'attached' });
    expect(JSON.parse(await task()).data.exclude).toEqual({ [TEST]: { 1: 'Hi, charged twice' } });
    await workbench.screenshot('labels-3-excluded');

    await workbench.openFile(TASK);
    const line = workbench.page.locator('.view-line', { hasText: '"Hi, charged twice"' });
    await line.waitFor();
    await workbench.screenshot('labels-4-task');
    await workbench.notification('left out').getByRole('button', { name: 'Undo' }).click();
    await line.waitFor({ state: 'detached' });
    await expect.poll(async () => (await task()).includes('charged twice')).toBe(false);
    expect(await readFile(workspace.file(TEST), 'utf8')).toBe(TEST_ROWS);
    expect(await workbench.errorNotifications()).toEqual([]);
  });

  it('excludes all rows of a kind by keyboard, and uses one again', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.openFile(NOTES);
    const problem = workbench.problem('no label word for the class "account"');
    await problem.waitFor();
    const excluded = async (): Promise<unknown> =>
      JSON.parse(await readFile(workspace.file(NOTES_TASK), 'utf8')).data.exclude;
    const [first, second] = ACCOUNT_LINES;
    await workbench.goTo(second, 1);
    await workbench.quickFix(`Exclude all 2 rows of this kind (unknown-label) in ${NOTES_TASK}`);
    await workbench.notification('2 rows of notes.csv left out by the task “notes”').waitFor();
    await problem.waitFor({ state: 'detached' });
    await expect
      .poll(excluded)
      .toEqual({ [NOTES]: { [first - 1]: 'cannot log in', [second - 1]: 'locked out' } });
    await workbench.screenshot('labels-5-all-excluded');
    await workbench.goTo(first, 1);
    await workbench.quickFix(`Use this row again in ${NOTES_TASK}`);
    await problem.waitFor();
    await expect.poll(excluded).toEqual({ [NOTES]: { [second - 1]: 'locked out' } });
  });

  it('opens the task file at its label words, by keyboard', async () => {
    await workbench.goTo(ACCOUNT_LINES[0], 1);
    await workbench.quickFix(`Open the task file at its label words (${NOTES_TASK}:`);
    await workbench.editorTab(NOTES_TASK).waitFor();
    const text = (await readFile(workspace.file(NOTES_TASK), 'utf8')).split('\n');
    const line = text.findIndex((one) => one.includes('"words"')) + 1;
    await expect.poll(() => workbench.cursorLine()).toBe(line);
    expect(await workbench.errorNotifications()).toEqual([]);
  });

  it('lets a search for suspicious labels be cancelled, and nothing is left of it', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.openSidebar();
    await workbench.openFile(DATASET);
    await workbench.command('Softprompt: Find Suspicious Labels');
    const search = workbench.notification('Looking for suspicious labels in “shop”');
    await search.filter({ hasText: /part \d of \d: step [\d,]+ of/ }).waitFor({ timeout: 60_000 });
    await search.getByRole('button', { name: 'Cancel' }).click();
    await search.waitFor({ state: 'hidden' });
    await workbench.screenshot('labels-6-cancelled');
    const labels = workbench.page.locator('.sidebar .pane', { hasText: 'Suspicious Labels' }).last();
    await labels.locator('.welcome-view', { hasText: 'Find Suspicious Labels' }).waitFor();
    await expect.poll(() => labels.locator('.monaco-list-row').count()).toBe(0);
    await expect.poll(() => workbench.notifications().allInnerTexts()).toEqual([]);
  });

  it('finds suspicious labels, and lists them', async () => {
    await workbench.openSidebar();
    const welcome = workbench.page.locator('.sidebar .welcome-view', { hasText: 'Find Suspicious Labels' });
    await welcome.first().waitFor();
    await workbench.screenshot('labels-7-welcome');
    await workbench.openFile('signs.csv');
    await workbench.command('Softprompt: Find Suspicious Labels');
    await workbench.notification('look wrong').waitFor({ timeout: 90_000 });
    const labels = workbench.page.locator('.sidebar .pane', { hasText: 'Suspicious Labels' }).last();
    await labels.locator('.monaco-list-row').first().waitFor();
    const lines = await labels.locator('.monaco-list-row').allInnerTexts();
    expect(lines.length).toBeGreaterThanOrEqual(4);
    for (const line of lines)
      expect(line).toMatch(/(UUUU|dddd) \d+[\s\S]*(up → down|down → up) · \d+\.\d\s?%/);
    await workbench.screenshot('labels-8-found');
  });

  it('walks through them, and takes decisions that can be undone', async () => {
    await workbench.notification('look wrong').getByRole('button', { name: 'Walk Through' }).click();
    await expect.poll(() => workbench.cursorLine()).toBeGreaterThan(1);
    const first = (await workbench.cursorLine()) - 1;
    expect(PLANTED).toContain(first);
    await workbench.page.locator('.squiggly-info').first().waitFor({ state: 'attached' });
    await workbench.screenshot('labels-9-walk');

    await workbench.command('Softprompt: Next Suspicious Label');
    await expect.poll(() => workbench.cursorLine()).not.toBe(first + 1);
    const second = (await workbench.cursorLine()) - 1;
    const before = await listed().count();
    await workbench.command('Softprompt: Label Is Right');
    await workbench.notification('is right: the row is not listed any more').waitFor();
    await expect.poll(() => listed().count()).toBe(before - 1);
    await expect.poll(() => workbench.cursorLine()).not.toBe(second + 1);
    expect(await dismissed()).toEqual([second]);
    await workbench.notification('is right').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => listed().count()).toBe(before);
  });

  it('says by keyboard that the label of a row is right', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    const before = await listed().count();
    const line = await workbench.cursorLine();
    await workbench.command('Softprompt: Next Suspicious Label');
    await expect.poll(() => workbench.cursorLine()).not.toBe(line);
    const [row, label] = await labelledRow(await workbench.cursorLine());
    await workbench.quickFix(`The label “${label}” is right`);
    await workbench.notification(`The label “${label}” is right`).waitFor();
    await expect.poll(() => listed().count()).toBe(before - 1);
    expect(await dismissed()).toEqual([row]);
    await workbench.notification('is right').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => listed().count()).toBe(before);
  });

  it('excludes the row of a suspicious label from the list', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    const before = await listed().count();
    await listed().first().hover();
    await listed().first().getByRole('button', { name: 'Exclude Row' }).click();
    await workbench.notification('left out by the task “signs”').waitFor();
    await expect.poll(() => listed().count()).toBe(before - 1);
    const { data } = JSON.parse(await readFile(workspace.file('signs.softprompt.json'), 'utf8'));
    const [row] = Object.keys(data.exclude['signs.csv']);
    expect(PLANTED).toContain(Number(row));
    await workbench.screenshot('labels-10-excluded');
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });
});
