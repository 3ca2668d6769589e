import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostProcesses } from './hostProcess';
import { tellStory } from './story';
import { DATASET, datasetText, ROWS, tinyTask } from './workspace';

/** Longer than what is looked at on opening takes where the folder is trusted. */
const QUIET_MILLISECONDS = 2_000;

describe('A folder that is not trusted', () => {
  const story = tellStory({
    files: {
      [DATASET]: datasetText(),
      'topics.softprompt.json': tinyTask({ steps: 5 }),
      ...{ 'table.csv': datasetText(), 'form.softprompt.json': tinyTask({ steps: 5 }) },
    },
    editor: () => ({
      workspaceTrust: true,
      settings: {
        'workbench.editorAssociations': {
          'table.csv': 'softprompt.table',
          'form.softprompt.json': 'softprompt.form',
        },
      },
    }),
  });
  const { workspace, workbench } = story;

  it('is opened, and nothing runs', async () => {
    await workbench.openFile(DATASET);
    await workbench.command('Softprompt: Open Log'); // the extension is there
    const channel = workbench.page.locator('.part.panel select option:checked', { hasText: 'Softprompt' });
    await channel.first().waitFor({ state: 'attached' });
    expect(await workbench.lens(`${ROWS} rows`).count()).toBe(0);
    expect(hostProcesses(story.server.home)).toEqual([]);
    await workbench.screenshot('untrusted-1');
  });

  it('shows lists that say why they are empty', async () => {
    await workbench.openSidebar();
    const sidebar = workbench.page.locator('.sidebar');
    await sidebar.getByText('Softprompt runs nothing in a workspace that is not trusted').waitFor();
    await sidebar.getByText('listed once the workspace is trusted').waitFor();
    expect(await workbench.treeItem('SmolLM2').count()).toBe(0);
    await workbench.screenshot('untrusted-2-sidebar');
  });

  it('reads no dataset for its table, and no task for its form', async () => {
    await workbench.openFile('table.csv');
    await workbench.panel().getByText('This workspace is not trusted').waitFor();
    await workbench.screenshot('untrusted-3-table');
    await workbench.command('View: Close All Editors');
    await workbench.openFile('form.softprompt.json');
    await workbench
      .panel()
      .getByText('Softprompt reads and runs nothing until you trust this workspace.')
      .first()
      .waitFor();
    await workbench.screenshot('untrusted-4-form');
    expect(hostProcesses(story.server.home)).toEqual([]);
  });

  it('marks no row, measures none and finds nothing wrong', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile('topics.softprompt.json');
    await workbench.openFile(DATASET);
    await workbench.page.waitForTimeout(QUIET_MILLISECONDS);
    expect(await workbench.page.locator('.codelens-decoration').count()).toBe(0);
    expect(await workbench.page.getByText(/\d+ tokens/).count()).toBe(0);
    expect(hostProcesses(story.server.home)).toEqual([]);
  });

  it('is trusted, and its dataset comes to life', async () => {
    await workbench.command('Workspaces: Manage Workspace Trust');
    await workbench.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
    await workbench.openFile(DATASET);
    await workbench.lens(`${ROWS} rows`).waitFor();
    await workbench.screenshot('untrusted-5-trusted');
    expect(existsSync(workspace.file('.softprompt'))).toBe(false);
    expect(await workbench.errorNotifications()).toEqual([]);
  });
});
