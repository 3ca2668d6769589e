import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tellStory } from './story';
import { DATASET, datasetText, ROWS, tinyTask, type Workspace } from './workspace';

const STEPS = 300;

// The five-minute path of the README, with a model small enough for seconds.
describe('From a CSV file to the test predictions', () => {
  const { workspace, workbench, run } = tellStory({
    files: {
      [DATASET]: datasetText(),
      'topics.softprompt.json': tinyTask({ steps: STEPS, evaluateEvery: 50 }),
    },
  });

  it('shows the rows and classes of the dataset above its first line', async () => {
    await workbench.openFile(DATASET);
    await workbench.lens(`${ROWS} rows · 2 columns · 3 classes in label`).waitFor({ timeout: 60_000 });
    await workbench.screenshot('1-dataset');
  });

  it('shows the prompt of a row as the model reads it', async () => {
    await workbench.clickLens('Preview prompt');
    await workbench.editorTab('row 1').waitFor();
    await workbench.page.locator('.view-line', { hasText: 'Message:' }).first().waitFor();
    await workbench.page.locator('.view-line', { hasText: '8 virtual tokens' }).first().waitFor();
    await workbench.screenshot('2-preview');
    await workbench.command('View: Close Editor');
  });

  it('trains after a click, with its panel beside the file', async () => {
    await workbench.clickLens('Tune “topics”');
    await run.frame.getByRole('heading', { name: 'topics' }).waitFor();
    await run.stepAfter(0);
    await workbench.screenshot('3-training');
  });

  it('finishes with the tuned prompt beside the hard prompts', async () => {
    await run.becomes('Finished', 240_000);
    const result = run.frame.getByRole('region', { name: 'Result' });
    await result.getByText('Zero-shot').first().waitFor();
    await result.getByText('Few-shot').first().waitFor();
    await result
      .getByText(/95 % interval/)
      .first()
      .waitFor();
    await workbench.screenshot('4-finished');
  });

  it('lists the test predictions, right and wrong, and counts them as run.json does', async () => {
    await run.tab('Predictions').click();
    await run.rows.first().waitFor();
    const { record, predictions } = await onlyRun(workspace);
    const right = predictions.filter(({ correct }) => correct).length;
    expect(predictions).toHaveLength(record.data.rows.test);
    expect(right).toBe(Math.round(record.results.tuned.accuracy * predictions.length));
    await expect.poll(() => run.outcome('All').textContent()).toBe(`All ${predictions.length}`);
    await expect.poll(() => run.outcome('Right').textContent()).toBe(`Right ${right}`);
    await expect.poll(() => run.outcome('Wrong').textContent()).toBe(`Wrong ${predictions.length - right}`);
    await run.rows.first().scrollIntoViewIfNeeded();
    await workbench.screenshot('5-predictions');
    await run.outcome('Wrong').click();
    await run.rows.locator('.cell-mark', { hasText: /./ }).first().waitFor();
    await run.frame.getByText(`${predictions.length - right} of ${predictions.length} rows`).waitFor();
    await run.outcome('All').click();
  });

  it('opens the dataset at the line of a prediction', async () => {
    const { predictions } = await onlyRun(workspace);
    const third = [...predictions].sort((a, b) => a.row - b.row)[2]!;
    await run.rows.filter({ hasText: third.text.trim() }).first().click();
    await expect.poll(() => workbench.cursorLine()).toBe(third.line);
    await workbench.screenshot('6-row-in-file');
  });

  it('answers a text of one’s own, tuned and zero-shot', async () => {
    await run.tab('Overview').click();
    await run.button('Open the playground').click();
    await run.frame.getByRole('textbox', { name: 'text' }).fill('Hi, my invoice is wrong');
    await run.button('Ask both prompts').click();
    await run.frame.getByText(/Both prompts give the same|The prompts give different/).waitFor();
    await workbench.screenshot('7-try');
  });

  it('shows what was run', async () => {
    await run.tab('Details').click();
    await run.frame
      .getByRole('tabpanel', { name: 'Details' })
      .getByText('learning rate', { exact: false })
      .first()
      .waitFor();
    await workbench.screenshot('8-details');
  });

  it('shows the adapter in the Explorer, as a window in a browser has no file manager', async () => {
    await run.tab('Overview').click();
    await run.button('Show the adapter').click();
    await workbench.treeItem('adapter_config.json').waitFor();
    await workbench.screenshot('8-adapter');
  });

  it('lists the task, its run and the models in the sidebar', async () => {
    await workbench.openSidebar();
    await workbench.treeItem('topics').waitFor();
    await workbench.treeItem(/\d+\.\d %/).waitFor();
    await workbench.treeItem('SmolLM2').waitFor();
    await workbench.screenshot('9-sidebar');
  });

  it('tests the prompt again on demand, with the same result', async () => {
    const before = await onlyRun(workspace);
    await workbench.command('Softprompt: Evaluate');
    await expect
      .poll(async () => (await onlyRun(workspace)).testedAt, { timeout: 60_000 })
      .toBeGreaterThan(before.testedAt);
    const { record } = await onlyRun(workspace);
    expect(record.results.tuned.accuracy).toBe(before.record.results.tuned.accuracy);
    await run.becomes('Finished');
  });

  it('has shown no error, and its page broke no rule of the editor', async () => {
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });
});

interface Prediction {
  row: number;
  line: number;
  text: string;
  correct: boolean;
}

interface Run {
  record: { data: { rows: { test: number } }; results: { tuned: { accuracy: number } } };
  predictions: Prediction[];
  /** When its predictions were written, in milliseconds since 1970. */
  testedAt: number;
}

/** The workspace's one run, as its folder of plain files tells it. */
async function onlyRun(workspace: Workspace): Promise<Run> {
  const runs = workspace.file('.softprompt/runs');
  const names = await readdir(runs);
  expect(names).toHaveLength(1);
  const file = (name: string): string => join(runs, names[0]!, name);
  const read = (name: string): Promise<string> => readFile(file(name), 'utf8');
  const lines = (await read('predictions.jsonl')).trim().split('\n');
  return {
    record: JSON.parse(await read('run.json')) as Run['record'],
    predictions: lines.map((line) => JSON.parse(line) as Prediction),
    testedAt: (await stat(file('predictions.jsonl'))).mtimeMs,
  };
}
