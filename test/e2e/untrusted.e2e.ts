import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeServer, startCodeServer } from './codeServer';
import { hostProcesses } from './hostProcess';
import { tellStory } from './story';
import { Workbench } from './workbench';
import { createWorkspace, DATASET, datasetText, ROWS, tinyTask, type Workspace } from './workspace';

describe('A folder that is not trusted', () => {
  let workspace: Workspace;
  let server: CodeServer;
  let workbench: Workbench;

  tellStory(() => workbench);

  beforeAll(async () => {
    workspace = await createWorkspace({
      [DATASET]: datasetText(),
      'topics.softprompt.json': tinyTask({ steps: 5 }),
    });
    server = await startCodeServer({ workspace: workspace.folder, workspaceTrust: true });
    workbench = await Workbench.open(server.url);
  });

  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    await workspace?.remove();
  });

  it('is opened, and nothing runs', async () => {
    await workbench.openFile(DATASET);
    await workbench.command('Softprompt: Open Log'); // the extension is there
    const channel = workbench.page.locator('.part.panel select option:checked', { hasText: 'Softprompt' });
    await channel.first().waitFor({ state: 'attached' });
    expect(await workbench.lens(`${ROWS} rows`).count()).toBe(0);
    expect(hostProcesses(server.home)).toEqual([]);
    await workbench.screenshot('untrusted-1');
  });

  it('is trusted, and its dataset comes to life', async () => {
    await workbench.command('Workspaces: Manage Workspace Trust');
    await workbench.page.getByRole('button', { name: 'Trust', exact: true }).first().click();
    await workbench.openFile(DATASET);
    await workbench.lens(`${ROWS} rows`).waitFor();
    await workbench.screenshot('untrusted-2-trusted');
    expect(existsSync(workspace.file('.softprompt'))).toBe(false);
    expect(await workbench.errorNotifications()).toEqual([]);
  });
});
