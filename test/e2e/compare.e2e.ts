import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { TINY_MODEL } from './places';
import { tellStory } from './story';
import { DATASET, datasetText, tinyTask } from './workspace';

const MODEL = './models/tiny';
const FORM = 'careful.softprompt.json';
/** Where the runs stand among the lines of the tasks: each below its own. */
const CAREFUL_RUN = 1;
const EAGER_RUN = 3;
/** The sidebar is drawn anew once a second. */
const POLL = { timeout: 60_000 };
/** Enough for some twenty seconds. */
const STEPS = 2000;

function task(training: { steps: number; learningRate: number; seed: number }): object {
  return { ...tinyTask({ evaluateEvery: 50, ...training }), model: MODEL };
}

// Two runs on the same rows, from the first step of one to the question which of them is better.
describe('Comparing runs', () => {
  const { workspace, workbench, run } = tellStory({
    files: {
      [DATASET]: datasetText(),
      [FORM]: task({ steps: 60, learningRate: 0.001, seed: 3 }),
      'eager.softprompt.json': task({ steps: STEPS, learningRate: 0.1, seed: 4 }),
      'lost.softprompt.json': { ...tinyTask({ steps: 10 }), data: 'missing.csv' },
    },
    prepare: (workspace) => cp(TINY_MODEL, workspace.file('models/tiny'), { recursive: true }),
  });
  const comparison = () => workbench.panel();

  it('shows tasks, the one whose dataset is gone as a problem, and the model in use', async () => {
    await workbench.openSidebar();
    await workbench.treeItem('careful').waitFor();
    await workbench.treeItem(/lost.*1 problem/).waitFor();
    const model = workbench.treeItem(/tiny.*in use/);
    await model.waitFor();
    await model.hover();
    await workbench.page.locator('.monaco-hover', { hasText: 'careful, eager' }).first().waitFor();
    await workbench.screenshot('compare-1-sidebar');
  });

  it('shows step and time left in the status bar while training; a click opens the panel', async () => {
    await workbench.contextMenu(workbench.treeItem('eager'), 'Tune');
    const status = workbench.statusBarItem(/eager [\d,]+\/2,000 · \d+ s left · loss \d/);
    await status.waitFor({ timeout: 60_000 });
    await workbench.treeItem(/\/2,000 · \d+ s left/).waitFor();
    const heading = run.frame.getByRole('heading', { name: 'eager' });
    await heading.waitFor();
    await workbench.openFile(DATASET); // in front of the panel
    await heading.waitFor({ state: 'hidden' });
    await workbench.statusBarItem('eager').click();
    await heading.waitFor();
    await workbench.screenshot('compare-2-training');
    await run.becomes('Finished', 240_000);
    await status.waitFor({ state: 'hidden' });
  });

  it('tunes a second one', async () => {
    await workbench.contextMenu(workbench.treeItem('careful'), 'Tune');
    await run.frame.getByRole('heading', { name: 'careful' }).waitFor({ timeout: 60_000 });
    await run.becomes('Finished', 60_000);
    await workbench.command('View: Close All Editors');
  });

  it('puts the runs side by side that are selected in the sidebar with the mouse', async () => {
    await expect.poll(() => testedRuns().count(), POLL).toBe(2);
    await line(CAREFUL_RUN).click();
    await run.frame.getByRole('heading', { name: 'careful' }).waitFor();
    await workbench.command('View: Close All Editors');
    await line(EAGER_RUN).click({ modifiers: ['Control'] });
    await workbench.contextMenu(line(EAGER_RUN), 'Compare Runs');
    await comparison().getByRole('heading', { name: 'Compare runs' }).waitFor();
    for (const name of ['careful', 'eager']) {
      await comparison().getByRole('list', { name: 'Runs under comparison' }).getByText(name).waitFor();
    }
  });

  it('says which is better and whether that may be chance, with curves and scores', async () => {
    const verdict = comparison().getByRole('region', { name: 'Which is better?' });
    await verdict
      .getByText(/Run [AB] is .*better than run [AB]: \d+ rows? fixed, \d+ broken, p [<=] [01]\.\d+/)
      .waitFor();
    await verdict.getByText(/McNemar/).waitFor();
    const loss = comparison().getByRole('img', { name: /^Training loss.*A \d.*B \d/ });
    await loss.locator('canvas').waitFor();
    await comparison()
      .getByRole('img', { name: /^Validation score.*A \d.*B \d/ })
      .waitFor();
    const scores = comparison().getByRole('region', { name: 'Scores on the test rows' });
    await scores.getByRole('row', { name: /careful \d+\.\d %/ }).waitFor();
    await scores
      .getByRole('row', { name: /few-shot/ })
      .first()
      .waitFor();
    await workbench.screenshot('compare-3-page');
  });

  it('shows the settings that differ, and all of them on demand', async () => {
    await comparison().getByRole('tab', { name: 'Settings' }).click();
    const row = comparison().getByRole('row', { name: /training\.learningRate/ });
    await row.getByText('0.001').waitFor();
    await row.getByText('0.1', { exact: true }).waitFor();
    expect(
      await comparison()
        .getByRole('row', { name: /method\.virtualTokens/ })
        .count(),
    ).toBe(0);
    await comparison().getByRole('checkbox').check();
    await comparison()
      .getByRole('row', { name: /method\.virtualTokens 8 8/ })
      .waitFor();
    await workbench.screenshot('compare-4-settings');
  });

  it('opens the dataset at a row that they answer differently', async () => {
    await comparison().getByRole('tab', { name: 'Differing rows' }).click();
    const first = comparison().locator('.disagreements .table-row[data-index]').first();
    const number = Number((await first.locator('.cell-row').textContent())?.replaceAll(',', ''));
    await first.click();
    await workbench.editorTab(DATASET).waitFor();
    await expect.poll(() => workbench.cursorLine()).toBe(number + 1);
    await workbench.screenshot('compare-5-row');
    await workbench.command('View: Close All Editors');
  });

  it('does the same with the keyboard alone', async () => {
    const { keyboard } = workbench.page;
    await workbench.command('Softprompt: Focus on Tasks View');
    await workbench.walkTo(tasks(), /\d+\.\d %/);
    await keyboard.press('Enter');
    await run.frame.getByRole('heading', { name: 'careful' }).waitFor();
    await workbench.command('View: Close All Editors');
    await workbench.command('Softprompt: Focus on Tasks View');
    await keyboard.press('Shift+ArrowDown');
    await keyboard.press('Shift+ArrowDown');
    await expect
      .poll(() => workbench.page.locator('.sidebar .monaco-list-row.selected').count(), POLL)
      .toBe(3);
    await workbench.menuByKeyboard('Compare Runs');
    await comparison()
      .getByText(/Run [AB] is .*better than run [AB]:/)
      .first()
      .waitFor();
  });

  it('puts a run beside others from its own panel', async () => {
    await workbench.command('View: Close All Editors');
    await line(CAREFUL_RUN).click();
    await run.button('Compare with…').click();
    const lines = workbench.page.locator('.quick-input-list .monaco-list-row');
    await lines.filter({ hasText: 'eager' }).first().click();
    await workbench.screenshot('compare-6-compare-with');
    await workbench.page.keyboard.press('Enter');
    await comparison()
      .getByText(/Run [AB] is .*better than run [AB]:/)
      .first()
      .waitFor();
  });

  it('is there again after the window was reloaded, and so is the form behind it', async () => {
    await comparison().getByRole('tab', { name: 'Settings' }).click();
    await comparison().getByRole('checkbox').check();
    await workbench.openFile(FORM);
    await workbench.command('Softprompt: Open as Form');
    const form = workbench.panel();
    await form.getByRole('button', { name: 'Next row' }).click();
    await form.getByRole('heading', { name: 'Row 2' }).waitFor();
    await form.getByText('Advanced').click();
    await form.getByLabel('Longest row', { exact: true }).fill('40');
    await expect.poll(() => readFile(workspace.file(FORM), 'utf8'), POLL).toContain('"limit": 40');

    await workbench.editorTab('Compare Runs').click();
    await comparison().getByRole('heading', { name: 'Compare runs' }).waitFor();
    await workbench.reload();
    await comparison()
      .getByRole('row', { name: /method\.virtualTokens 8 8/ })
      .waitFor({ timeout: 60_000 });
    await workbench.screenshot('compare-7-reloaded');
    await comparison().getByRole('tab', { name: 'Overview' }).click();
    await comparison()
      .getByText(/Run [AB] is .*better than run [AB]:/)
      .first()
      .waitFor();

    await workbench.editorTab(FORM).click();
    await form.getByRole('heading', { name: 'Row 2' }).waitFor();
    await form.locator('.preview-body', { hasText: '8 virtual tokens' }).waitFor();
    await expect.poll(() => form.getByLabel('Longest row', { exact: true }).inputValue()).toBe('40');
    await workbench.screenshot('compare-8-form-reloaded');
    await workbench.command('View: Close Editor');
  });

  it('deletes a run with its key after a question, and the comparison says that it is gone', async () => {
    await line(EAGER_RUN).click();
    await run.frame.getByRole('heading', { name: 'eager' }).waitFor();
    await workbench.command('Softprompt: Focus on Tasks View');
    await workbench.page.keyboard.press('Delete');
    await workbench.dialog.getByText(/Delete the run eager-/).waitFor();
    await workbench.screenshot('compare-9-delete');
    await workbench.dialog.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => testedRuns().count(), POLL).toBe(1);
    await workbench.editorTab('Compare Runs').click();
    await comparison()
      .getByText(/Run [AB] cannot be read: Its folder is not in the workspace any more/)
      .waitFor();
    await workbench.screenshot('compare-10-gone');
  });

  it('deletes several runs at once', async () => {
    const runs = workspace.file('.softprompt/runs');
    const [careful] = (await readdir(runs)).filter((name) => name.startsWith('careful'));
    await cp(join(runs, careful!), join(runs, `${careful}-copy`), { recursive: true });
    await workbench.command('Softprompt: Refresh');
    await expect.poll(() => testedRuns().count(), POLL).toBe(2);
    await line(CAREFUL_RUN).click();
    await line(CAREFUL_RUN + 1).click({ modifiers: ['Shift'] });
    await workbench.contextMenu(line(CAREFUL_RUN + 1), 'Delete Run');
    await workbench.dialog.getByText('Delete 2 runs with their adapters?').waitFor();
    await workbench.dialog.getByText(`${careful}-copy`).waitFor();
    await workbench.screenshot('compare-11-delete-several');
    await workbench.dialog.getByRole('button', { name: 'Delete' }).click();
    await workbench.treeItem(/careful\s*no runs yet/).waitFor();
    expect(await readdir(runs)).toEqual([]);
    await workbench.screenshot('compare-12-deleted');
  });

  /** A line of the tasks, counted from the top. */
  function line(index: number): Locator {
    return tasks().locator(`[data-index="${index}"]`);
  }

  function tasks(): Locator {
    return workbench.page.locator('.sidebar .pane').first();
  }

  function testedRuns(): Locator {
    return workbench.page.locator('.sidebar .monaco-list-row', { hasText: /%/ });
  }

  it('has shown no error, and its page broke no rule of the editor', async () => {
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });
});
