import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { tellStory } from './story';
import { DATASET, datasetText, tinyTask } from './workspace';

const TASK = 'topics.softprompt.json';
/** More than the story takes. */
const STEPS = 50_000;
const PNG = [0x89, 0x50, 0x4e, 0x47];

// The charts of a run that trains with a learning rate that is far too low.
describe('Charts and alerts', () => {
  const task = {
    ...tinyTask({ steps: STEPS }),
    training: { steps: STEPS, warmup: 0, batchRows: 8, evaluateEvery: 1000, learningRate: 1e-7 },
  };
  const { workspace, workbench, run } = tellStory({ files: { [DATASET]: datasetText(), [TASK]: task } });

  const chart = (name: string) => run.frame.getByRole('region', { name, exact: true });

  async function choose(name: string, item: string): Promise<void> {
    await chart(name).getByRole('button', { name: 'More about this chart' }).click();
    await chart(name).getByRole('menu').getByText(item).click();
  }

  it('draws loss, validation, learning rate, gradients, pace and memory while it trains', async () => {
    await workbench.openFile(DATASET);
    await workbench.clickLens('Tune “topics”');
    await run.becomes('Training');
    for (const name of ['Training loss', 'Learning rate', 'Gradient norm', 'Tokens per second', 'Memory'])
      await chart(name).locator('canvas').waitFor();
    await expect.poll(() => chart('Memory').locator('.readout').textContent()).toMatch(/^[\d.]+ [MG]B$/);
    await workbench.screenshot('charts-1-training');
  });

  it('says that the prompt does not learn, and leads to the setting', async () => {
    const alert = run.frame.locator('.alert', { hasText: 'The prompt does not learn' });
    await alert.getByText('Try a learning rate of 0.03, the default (now 1e-7).').waitFor();
    await workbench.screenshot('charts-2-alert');
    await alert.getByRole('button', { name: 'Open setting' }).click();
    await workbench.editorTab(TASK).waitFor();
    const lines = (await readFile(workspace.file(TASK), 'utf8')).split('\n');
    const line = lines.findIndex((one) => one.includes('learningRate')) + 1;
    await expect.poll(() => workbench.cursorLine()).toBe(line);
    await workbench.screenshot('charts-3-setting');
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await alert.waitFor({ state: 'detached' });
  });

  it('shows a chart as a table', async () => {
    await choose('Training loss', 'Show as table');
    await chart('Training loss').getByRole('columnheader', { name: 'Smoothed' }).waitFor();
    await workbench.screenshot('charts-4-table');
    await choose('Training loss', 'Show as table');
  });

  it('saves a chart as CSV and as PNG beside the dataset', async () => {
    await run.button('Pause').click();
    await run.becomes('Paused');
    const steps = await run.step();
    await choose('Training loss', 'Export CSV');
    const csv = await workbench.acceptSave('training-loss.csv');
    expect((await readFile(csv, 'utf8')).split('\r\n')).toHaveLength(steps + 2);
    await choose('Result', 'Export PNG');
    const png = await workbench.acceptSave('result.png');
    expect([...(await readFile(png)).subarray(0, 4)]).toEqual(PNG);
    expect([csv, png]).toEqual(['training-loss.csv', 'result.png'].map((name) => workspace.file(name)));
    await workbench.screenshot('charts-5-saved');
  });
});
