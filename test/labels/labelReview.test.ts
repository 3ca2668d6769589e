import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { textKey } from '../../src/engine/data/textKey';
import { readLabelReview } from '../../src/engine/labels/labelReview';
import { writeReview } from '../../src/engine/labels/reviewFile';
import { taskPrompt } from '../../src/engine/prompt/taskPrompt';
import type { TaskFile } from '../../src/protocol/taskFile';

const TASK: TaskFile = { model: 'm', data: 'a.csv', template: '{text}', target: 'label' };
const ROWS = Array.from({ length: 30 }, (_, i) => `text ${i},${i % 2 ? 'a' : 'b'}`);

it('two labels of the same text are never found at one row', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-review-'));
  const taskFile = join(folder, 't.softprompt.json');
  const csv = (rows: readonly string[]) =>
    writeFile(join(folder, 'a.csv'), `text,label\n${rows.join('\n')}\n`);
  const label = (row: number) => ({
    file: 'a.csv',
    row,
    line: row + 1,
    text: 'same',
    key: textKey(taskPrompt(TASK).text({ text: 'same' })),
    given: 'a',
    predicted: 'b',
    confidence: 0.9,
    givenConfidence: 0.1,
  });
  await writeFile(taskFile, JSON.stringify(TASK));
  const rest = {
    version: 1,
    createdAt: '',
    rows: 32,
    accuracy: 0.9,
    folds: 3,
    steps: 9,
    seconds: 1,
  } as const;
  await writeReview(taskFile, { ...rest, labels: [label(1), label(5)] });
  const found = async () =>
    (await readLabelReview(taskFile))!.labels.map(({ row, state }) => `${row} ${state}`);

  const [first, ...others] = ROWS;
  await csv(['same,a', ...ROWS.slice(0, 3), 'same,a', ...ROWS.slice(3)]);
  expect(await found()).toEqual(['1 open', '5 open']);
  await csv(['same,a', ...ROWS]); // the one at row 5 is gone
  expect(await found()).toEqual(['1 open', '5 gone']);
  await csv([first!, 'same,a', ...others]); // it moved too: which of the two it was is not known, but it is one row
  expect(await found()).toEqual(['2 open', '5 gone']);
  await rm(folder, { recursive: true });
});
