import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from './places';
import { tellStory } from './story';
import { sampleFiles } from './workspace';

const TRAINING_MILLISECONDS = 20 * 60_000;

// The real thing: minutes of training, and a model from the network. It also takes the pictures of README.
describe.runIf(process.env.SOFTPROMPT_E2E_SMOLLM2)('A newcomer with a CSV file and no model', () => {
  const { workbench, run } = tellStory({
    files: sampleFiles(),
    folder: 'support',
    editor: () => ({ settings: { 'workbench.colorTheme': 'Dark 2026' } }),
    window: { width: 1280, height: 940, scale: 1.5 },
  });

  it('opens the file, clicks, and says yes to the download', async () => {
    await workbench.openFile('train.csv');
    await workbench.lens(/298 rows · \d columns · 6 classes in label/).waitFor({ timeout: 60_000 });
    await workbench.screenshot('smollm2-1-dataset');
    await workbench.clickLens('Tune a prompt');
    await workbench.notification('SmolLM2').getByRole('button', { name: 'Download and tune' }).click();
    await workbench.page.waitForTimeout(1_000);
    await workbench.screenshot('smollm2-2-download');
  });

  it(
    'watches it learn',
    async () => {
      await run.becomes('Training', 5 * 60_000);
      await run.stepAfter(5, 5 * 60_000);
      await workbench.screenshot('smollm2-3-training');
      await run.becomes('Finished', TRAINING_MILLISECONDS);
    },
    TRAINING_MILLISECONDS + 11 * 60_000,
  );

  it('reads the test predictions', async () => {
    await run.tab('Predictions').click();
    await run.rows.first().waitFor();
    expect(await run.outcome('All').textContent()).toBe('All 148');
    await workbench.screenshot('smollm2-4-predictions');
  });

  it('has a prompt that beats the hard prompts', async () => {
    await run.tab('Overview').click();
    await run.frame.getByText(/points above/).waitFor();
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });

  it('makes pictures for the papers', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.command('View: Maximize Editor Group and Hide Side Bars');
    for (const shade of ['dark', 'light']) {
      await run.frame.locator(`body.vscode-${shade}`).waitFor();
      const picture = join(REPOSITORY, `media/readme-panel-${shade}.png`);
      await workbench.picturePanel(picture, run.frame.locator('.charts'));
      await run.tab('Predictions').click();
      await workbench.screenshot(`smollm2-5-predictions-${shade}`);
      await run.tab('Overview').click();
      await workbench.command('Preferences: Toggle between Light/Dark Themes');
    }
  });
});
