import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { tellStory } from './story';
import { DATASET, datasetText, tinyTask } from './workspace';

describe('A task file in the editor', () => {
  const { workspace, workbench } = tellStory({
    files: {
      [DATASET]: datasetText(),
      'wrong.softprompt.json': { ...tinyTask({ steps: 5 }), target: 'labl' },
      'unfinished.softprompt.json':
        '{\n  "model": "smollm2-135m-instruct",\n  "data": "orders.csv",\n  \n}\n',
      'orders.csv':
        'note,kind\nlate parcel,delivery\ncharged twice,billing\nlost box,delivery\nno invoice,billing\n',
    },
  });

  it('marks a column that the dataset does not have, where it stands', async () => {
    await workbench.openFile('wrong.softprompt.json');
    await workbench.page.locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    await workbench.command('Problems: Focus on Problems View');
    const problem = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'labl' }).first();
    await problem.waitFor();
    const text = (await readFile(workspace.file('wrong.softprompt.json'), 'utf8')).split('\n');
    const line = text.findIndex((one) => one.includes('"labl"'));
    const column = text[line]!.indexOf('"labl"') + 1;
    await expect.poll(() => problem.textContent()).toContain(`[Ln ${line + 1}, Col ${column}]`);
    await workbench.screenshot('task-1-problem');
    await workbench.command('View: Toggle Problems');
  });

  it('does not train what is wrong, and says why', async () => {
    await workbench.clickLens('Tune');
    await workbench.notification('labl').waitFor();
    expect(existsSync(workspace.file('.softprompt'))).toBe(false);
    await workbench.screenshot('task-2-refused');
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('mends the column by a quick fix, by keyboard', async () => {
    const text = await readFile(workspace.file('wrong.softprompt.json'), 'utf8');
    const line = text.split('\n').findIndex((one) => one.includes('"labl"'));
    await workbench.goTo(line + 1, text.split('\n')[line]!.indexOf('labl') + 1);
    await workbench.quickFix('Use “label”');
    await workbench.line('"target": "label"').waitFor();
    await workbench.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    await workbench.page.keyboard.press('Control+Z');
    await workbench.line('"target": "labl"').waitFor();
  });

  it('completes and explains keys from the schema', async () => {
    await workbench.openFile('unfinished.softprompt.json');
    await workbench.goTo(4, 3);
    await workbench.page.keyboard.press('Control+Space');
    const suggestions = workbench.page.locator('.suggest-widget .monaco-list-row');
    await suggestions.filter({ hasText: 'template' }).first().waitFor();
    await expect.poll(() => suggestions.filter({ hasText: 'training' }).count()).toBeGreaterThan(0);
    await workbench.screenshot('task-3-completion');
    await workbench.page.keyboard.press('Escape');
  });

  it('drafts a task for a dataset that has none', async () => {
    await workbench.openFile(DATASET);
    await workbench.command('Softprompt: New Task from Dataset');
    await workbench.editorTab('messages.softprompt.json').waitFor();
    const task = JSON.parse(await readFile(workspace.file('messages.softprompt.json'), 'utf8')) as object;
    expect(task).toMatchObject({ model: 'smollm2-135m-instruct' });
    expect(JSON.stringify(task)).toContain(DATASET);
    await workbench.screenshot('task-4-draft');
    await workbench.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
  });

  it('asks before it downloads the model, and takes no for an answer', async () => {
    await workbench.clickLens('Tune');
    const question = workbench.notification('is not on this computer yet');
    await question.getByRole('button', { name: 'Download and tune' }).waitFor();
    await workbench.screenshot('task-5-download');
    await workbench.command('Notifications: Clear All Notifications');
    expect(existsSync(workspace.file('.softprompt'))).toBe(false);
    expect(await workbench.errorNotifications()).toEqual([]);
  });

  it('offers the model’s download to a prompt that is to be previewed, too', async () => {
    await workbench.clickLens('Preview Prompt');
    const question = workbench.notification('is not on this computer yet');
    await question.getByRole('button', { name: 'Download and preview' }).waitFor();
    await workbench.command('Notifications: Clear All Notifications');
    await question.waitFor({ state: 'detached' });
    expect(await workbench.editorTab('row 1').count()).toBe(0);
  });

  it('offers another base model by a quick fix, by keyboard', async () => {
    await workbench.openFile('messages.softprompt.json');
    const text = await readFile(workspace.file('messages.softprompt.json'), 'utf8');
    const line = text.split('\n').findIndex((one) => one.includes('"model"'));
    await workbench.goTo(line + 1, text.split('\n')[line]!.indexOf('smollm2') + 1);
    await workbench.quickFix('Choose another base model…');
    await workbench.page.getByPlaceholder('Which base model?').waitFor();
    await workbench.page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'SmolLM2' })
      .first()
      .waitFor();
    await workbench.screenshot('task-6-models');
    await workbench.page.keyboard.press('Escape');
    expect(await readFile(workspace.file('messages.softprompt.json'), 'utf8')).toBe(text);
  });
});
