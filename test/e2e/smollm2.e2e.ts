import { describe, expect, it } from 'vitest';
import { tellStory } from './story';
import { sampleFiles } from './workspace';

const TRAINING_MILLISECONDS = 20 * 60_000;

// The real thing: minutes of training, and a model from the network.
describe.runIf(process.env.SOFTPROMPT_E2E_SMOLLM2)('A newcomer with a CSV file and no model', () => {
  const { workbench, run } = tellStory({
    files: sampleFiles(),
    folder: 'support',
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
    await expect.poll(() => run.outcome('All').textContent()).toBe('All 148');
    await workbench.screenshot('smollm2-4-predictions');
  });

  it('has a prompt that beats the hard prompts', async () => {
    await run.tab('Overview').click();
    await run.frame.getByText(/points above/).waitFor();
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });
});
