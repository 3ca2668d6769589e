import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tellStory } from './story';
import { DATASET, datasetText, tinyTask } from './workspace';

// What a run answers: its validation rows while it trains, its test rows at the end, and whatever one asks it.
describe('Predictions and playground', () => {
  const { workspace, workbench, run } = tellStory({
    files: {
      [DATASET]: datasetText(),
      'topics.softprompt.json': tinyTask({ steps: 50_000, evaluateEvery: 200 }),
    },
  });

  const part = (name: string) => run.frame.getByRole('region', { name, exact: true });
  const field = (name: string) => run.frame.getByRole('textbox', { name, exact: true });
  const note = () => part('Predictions').locator('.split-note');
  const tries = () => part('History').getByRole('listitem');

  async function shownStep(): Promise<number> {
    return Number(/step (\d+)/.exec((await note().textContent()) ?? '')?.[1]);
  }

  it('shows the validation rows while it trains, and anew at each validation', async () => {
    await workbench.openFile(DATASET);
    await workbench.clickLens('Tune “topics”');
    await run.becomes('Training');
    await run.tab('Predictions').click();
    await note().getByText('Validation rows').waitFor({ timeout: 60_000 });
    await run.rows.first().waitFor();
    const step = await shownStep();
    await expect.poll(shownStep, { timeout: 60_000 }).toBeGreaterThan(step);
    await expect.poll(() => run.state.textContent()).toBe('Training');
    await workbench.screenshot('playground-1-validation-rows');
  });

  it('keeps the chosen row while answers change', async () => {
    await run.rows.nth(2).click();
    const chosen = run.frame.locator('.row-detail blockquote');
    const text = await chosen.textContent();
    const step = await shownStep();
    await expect.poll(shownStep, { timeout: 60_000 }).toBeGreaterThan(step);
    await expect.poll(() => chosen.textContent()).toBe(text);
  });

  it('says in the playground why it waits, and answers in a pause', async () => {
    await run.tab('Playground').click();
    await part('Playground').getByText('Training takes the whole processor.').waitFor();
    await part('Playground').getByRole('button', { name: 'Pause' }).click();
    await run.becomes('Paused');
    await field('text').fill('Hi, the parcel is late');
    await run.button('Ask both prompts').click();
    await part('Zero-shot')
      .getByText(/\d (ms|s)/)
      .waitFor();
    await workbench.screenshot('playground-2-paused');
    await run.button('Cancel').click();
    await run.becomes('Cancelled');
  });

  it('shows the test rows once they are answered, biggest losses first, the validation rows beside them', async () => {
    await run.tab('Predictions').click();
    await run.button('Evaluate').click();
    await note().getByText('Test rows').waitFor({ timeout: 60_000 });
    const predictions = await testPredictions();
    const worst = [...predictions].sort((a, b) => b.loss - a.loss)[0]!;
    await run.rows.first().getByText(worst.text.trim()).waitFor();
    await run.frame.getByRole('group', { name: 'Rows' }).getByRole('button', { name: 'Validation' }).click();
    await note().getByText('Validation rows').waitFor();
    await run.frame.getByRole('group', { name: 'Rows' }).getByRole('button', { name: 'Test' }).click();
  });

  it('filters the rows by a cell of the confusion matrix', async () => {
    const predictions = await testPredictions();
    const { expected, predicted } = predictions[0]!;
    const some = predictions.filter((one) => one.expected === expected && one.predicted === predicted);
    await run.frame
      .getByRole('gridcell', { name: new RegExp(`^expected ${expected}, predicted ${predicted}`) })
      .click();
    await part('Predictions').getByText(`${some.length} of ${predictions.length} rows`).waitFor();
    await expect.poll(() => run.rows.count()).toBe(some.length);
    await workbench.screenshot('playground-3-matrix');
    await workbench.page.keyboard.press('Enter');
    await part('Predictions').getByText(`${predictions.length} rows`, { exact: true }).waitFor();
  });

  it('opens the dataset at the row that is clicked, and takes it into the playground', async () => {
    const predictions = await testPredictions();
    const worst = [...predictions].sort((a, b) => b.loss - a.loss)[0]!;
    await run.rows.first().click();
    await expect.poll(() => workbench.cursorLine()).toBe(worst.line);
    await run.button('Try it').click();
    await expect.poll(() => field('text').inputValue()).toBe(worst.text);
    await part('Playground').getByText(`row ${worst.row} · expected: ${worst.expected}`).waitFor();
  });

  it('is opened by a command, and asks the tuned prompt and hard prompts', async () => {
    await run.tab('Overview').click();
    await workbench.command('Softprompt: Open Playground');
    await field('text').waitFor();
    await run.button('Few-shot').click();
    await field('text').fill('Hello: wrong invoice');
    await field('text').press('Control+Enter');
    await part('Tuned prompt').getByText('%').first().waitFor();
    await part('Few-shot')
      .getByText(/\d (ms|s)/)
      .waitFor();
    await part('Few-shot').getByText('%').first().waitFor();
    await run.button('Your own').click();
    await field('Your hard prompt').fill('Sort the messages of a shop.');
    await run.button('Ask both prompts').click();
    await part('Your own')
      .getByText(/\d (ms|s)/)
      .waitFor();
    await expect.poll(() => tries().count()).toBe(3);
    await workbench.screenshot('playground-4-answers');
  });

  it('has its history, its tab and its hard prompt after the window was reloaded', async () => {
    await workbench.page.waitForTimeout(3_000); // what is typed is kept once the typing rests
    await workbench.reload();
    await tries().first().waitFor({ timeout: 60_000 });
    await expect.poll(() => tries().count()).toBe(3);
    await expect.poll(() => field('Your hard prompt').inputValue()).toBe('Sort the messages of a shop.');
    await tries().last().getByRole('button').click();
    await expect.poll(() => field('text').inputValue()).toBe('Hi, the parcel is late');
    await part('Tuned prompt').getByText('%').first().waitFor();
    await workbench.screenshot('playground-5-reloaded');
    await run.button('Clear').click();
    await expect.poll(() => tries().count()).toBe(0);
    await run.button('Undo').click();
    await expect.poll(() => tries().count()).toBe(3);
  });

  it('has shown no error, and its page broke no rule of the editor', async () => {
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });

  interface Prediction {
    row: number;
    line: number;
    text: string;
    expected: string;
    predicted: string;
    loss: number;
  }

  async function testPredictions(): Promise<Prediction[]> {
    const runs = workspace.file('.softprompt/runs');
    const [name] = await readdir(runs);
    const text = await readFile(join(runs, name!, 'predictions.jsonl'), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Prediction);
  }
});
