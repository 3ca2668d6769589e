import { existsSync, readdirSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXTENSIONS, TINY_MODEL } from './places';
import { tellStory } from './story';
import { DATASET, datasetText, tinyTask } from './workspace';

/** A thread that ends before it answers. */
const BROKEN = 'process.exit(1);\n';

// A cache folder with one model, first behind a training host whose threads do not start.
describe('Base models in the sidebar', () => {
  let script: string;
  let whole: string | undefined;
  const { workspace, workbench } = tellStory({
    files: {
      [DATASET]: datasetText(),
      'topics.softprompt.json': { ...tinyTask({ steps: 20 }), model: 'tiny' },
    },
    async prepare() {
      await cp(TINY_MODEL, cached(), { recursive: true });
      const [installed] = readdirSync(EXTENSIONS).filter((name) => name.startsWith('softprompt.'));
      script = join(EXTENSIONS, installed!, 'dist/worker.js');
      whole = await readFile(script, 'utf8');
      await writeFile(script, BROKEN);
    },
    editor: () => ({ environment: { SOFTPROMPT_CACHE: workspace.file('../cache') } }),
  });

  afterAll(async () => whole && writeFile(script, whole));

  const cached = () => workspace.file('../cache/models/tiny');
  const view = () => workbench.page.locator('.sidebar .pane:has(.pane-header[aria-label^="Base Models"])');
  const welcome = () => view().locator('.welcome-view-content');
  const models = () => view().locator('.monaco-list-row');

  it('could not be listed, which is said there, with the log at hand', async () => {
    await workbench.openSidebar();
    await welcome().getByText('The base models could not be listed.').waitFor({ timeout: 60_000 });
    await workbench.screenshot('models-1-not-listed');
    await welcome().getByText('log', { exact: true }).click();
    await workbench.page
      .locator('.part.panel')
      .getByRole('tab', { name: 'Output', selected: true })
      .waitFor();
  });

  it('are listed when asked for again: what is in use first, with size and licence', async () => {
    await writeFile(script, whole!);
    await welcome().getByText('Try Again').click();
    await expect
      .poll(() => models().allInnerTexts())
      .toEqual([
        expect.stringMatching(/^\s*tiny\s*in use · .*kB$/),
        expect.stringMatching(/SmolLM2 135M Instruct.*98 MB · Apache-2\.0/),
      ]);
    await workbench.treeItem(/topics\s*no runs yet$/).waitFor();
    await workbench.screenshot('models-3-listed');
  });

  it('are not removed before the person knows what that means', async () => {
    await workbench.contextMenu(models().first(), 'Remove Model from Disk');
    await workbench.dialog.getByText(/Remove tiny from this computer\? It frees \d+ kB\./).waitFor();
    await workbench.dialog.getByText(/In use by topics, which cannot be tuned without it\./).waitFor();
    await workbench.screenshot('models-4-question');
    await workbench.dialog.getByRole('button', { name: 'Cancel' }).click();
    await workbench.dialog.waitFor({ state: 'hidden' });
    expect(existsSync(cached())).toBe(true);
    await expect.poll(() => models().count()).toBe(2);
  });

  it('are removed from the keyboard, and the task that used it has a problem', async () => {
    await workbench.command('Softprompt: Focus on Base Models View');
    await workbench.walkTo(view(), 'tiny');
    await workbench.menuByKeyboard('Remove Model from Disk');
    await workbench.dialog.getByText(/Remove tiny/).waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.notification(/kB freed/).waitFor();
    await expect.poll(() => models().count()).toBe(1);
    expect(existsSync(cached())).toBe(false);
    await workbench.treeItem(/topics.*1 problem/).waitFor();
    await workbench.screenshot('models-5-removed');
    expect(await workbench.errorNotifications()).toEqual([]);
  });
});
