import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeServer, startCodeServer } from './codeServer';
import { tellStory } from './story';
import { Workbench } from './workbench';
import { createWorkspace, DATASET, datasetText, tinyTask, type Workspace } from './workspace';

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
  let workspace: Workspace;
  let server: CodeServer;
  let workbench: Workbench;

  tellStory(() => workbench);

  const task = async (): Promise<string> => readFile(workspace.file(TASK), 'utf8');

  beforeAll(async () => {
    workspace = await createWorkspace({
      [DATASET]: datasetText(),
      [TEST]: TEST_ROWS,
      [TASK]: { ...tinyTask({ steps: 20 }), data: { train: DATASET, test: TEST } },
    });
    server = await startCodeServer({ workspace: workspace.folder });
    workbench = await Workbench.open(server.url);
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    await workspace?.remove();
  });

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
});
