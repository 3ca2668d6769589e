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

describe('Problems and labels of a dataset', () => {
  const { workspace, workbench } = tellStory({
    files: {
      [DATASET]: datasetText(),
      [TEST]: TEST_ROWS,
      [TASK]: { ...tinyTask({ steps: 20 }), data: { train: DATASET, test: TEST } },
    },
    prepare: ({ folder }) => writePlantedTask(folder),
  });
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
      expect(await problem.textContent()).toContain(`[Ln ${line}, Col 1]`);
    }
    // Each once, though the file's own look and the task's check both see some.
    const rows = workbench.page.locator('.markers-panel .monaco-list-row', {
      hasText: 'The row has no text',
    });
    expect(await rows.count()).toBe(1);
    await workbench.screenshot('labels-1-problems');
  });

  it('opens the other place', async () => {
    await workbench.openFile(TEST);
    await workbench.goToLine(2, 1);
    const fixes = await workbench.quickFixes();
    await fixes.filter({ hasText: `Exclude this row in ${TASK}` }).waitFor();
    await workbench.screenshot('labels-2-quick-fixes');
    await fixes.filter({ hasText: 'Open the other place (messages.csv:2)' }).click();
    await workbench.editorTab(DATASET).waitFor();
    await expect.poll(() => workbench.cursorLine()).toBe(2);
  });

  it('excludes a row in the task file, from the keyboard, and takes it back', async () => {
    await workbench.openFile(TEST);
    await workbench.goToLine(2, 1);
    const fixes = await workbench.quickFixes();
    await fixes.filter({ hasText: `Exclude this row in ${TASK}` }).click();
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

  it('finds suspicious labels, and lists them', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.openSidebar();
    const welcome = workbench.page.locator('.sidebar .welcome-view', { hasText: 'Find Suspicious Labels' });
    await welcome.first().waitFor();
    await workbench.screenshot('labels-5-welcome');
    await workbench.openFile('signs.csv');
    await workbench.command('Softprompt: Find Suspicious Labels');
    await workbench.notification('look wrong').waitFor({ timeout: 90_000 });
    const labels = workbench.page.locator('.sidebar .pane', { hasText: 'Suspicious Labels' }).last();
    await labels.locator('.monaco-list-row').first().waitFor();
    const lines = await labels.locator('.monaco-list-row').allInnerTexts();
    expect(lines.length).toBeGreaterThanOrEqual(4);
    for (const line of lines)
      expect(line).toMatch(/(UUUU|dddd) \d+[\s\S]*(up → down|down → up) · \d+\.\d\s?%/);
    await workbench.screenshot('labels-6-found');
  });

  it('walks through them, and takes decisions that can be undone', async () => {
    await workbench.notification('look wrong').getByRole('button', { name: 'Walk Through' }).click();
    await expect.poll(() => workbench.cursorLine()).toBeGreaterThan(1);
    const first = (await workbench.cursorLine()) - 1;
    expect(PLANTED).toContain(first);
    await workbench.page.locator('.squiggly-info').first().waitFor({ state: 'attached' });
    await workbench.screenshot('labels-7-walk');

    await workbench.command('Softprompt: Next Suspicious Label');
    await expect.poll(() => workbench.cursorLine()).not.toBe(first + 1);
    const second = (await workbench.cursorLine()) - 1;
    const rows = workbench.page.locator('.sidebar .monaco-list-row', { hasText: '→' });
    const before = await rows.count();
    await workbench.command('Softprompt: Label Is Right');
    await workbench.notification('is right: the row is not listed any more').waitFor();
    await expect.poll(() => rows.count()).toBe(before - 1);
    await expect.poll(() => workbench.cursorLine()).not.toBe(second + 1);
    const kept = JSON.parse(await readFile(workspace.file('.softprompt/labels/signs.json'), 'utf8'));
    const dismissed = kept.labels.filter((label: { dismissed?: boolean }) => label.dismissed);
    expect(dismissed.map(({ row }: { row: number }) => row)).toEqual([second]);
    await workbench.notification('is right').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => rows.count()).toBe(before);
  });

  it('excludes the row of a suspicious label from the list', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    const rows = workbench.page.locator('.sidebar .monaco-list-row', { hasText: '→' });
    const before = await rows.count();
    await rows.first().hover();
    await rows.first().getByRole('button', { name: 'Exclude Row' }).click();
    await workbench.notification('left out by the task “signs”').waitFor();
    await expect.poll(() => rows.count()).toBe(before - 1);
    const { data } = JSON.parse(await readFile(workspace.file('signs.softprompt.json'), 'utf8'));
    const [row] = Object.keys(data.exclude['signs.csv']);
    expect(PLANTED).toContain(Number(row));
    await workbench.screenshot('labels-8-excluded');
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });
});
