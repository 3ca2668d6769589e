import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LabelReviews } from '../../../src/extension/labels/labelReviews';
import type { LabelReview, SuspiciousLabel } from '../../../src/protocol/labels';
import { silentLog } from '../fakeVscode';

it('says where a label stands now, whatever has become of its file since', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-reviews-'));
  const taskFile = join(folder, 't.softprompt.json');
  await mkdir(join(folder, '.softprompt/labels'), { recursive: true });
  await writeFile(join(folder, '.softprompt/labels/t.json'), '{}');
  const label = (row: number, state = 'open'): SuspiciousLabel =>
    ({ file: '/w/a.csv', row, line: row + 1, text: 'x', given: 'a', state }) as SuspiciousLabel;
  let labels: SuspiciousLabel[] = [label(3)];
  const reviews = new LabelReviews({
    host: { request: async () => ({ taskFile, labels }) as unknown as LabelReview },
    tasks: { all: async () => [{ file: taskFile }], onChanged: () => ({ dispose() {} }) },
    log: silentLog,
  } as never);
  const shown = label(3);
  expect(await reviews.upToDate(taskFile, shown)).toEqual(label(3));
  labels = [label(4)];
  expect(await reviews.upToDate(taskFile, shown)).toEqual(label(4));
  labels = [label(9), label(3)];
  expect(await reviews.upToDate(taskFile, shown)).toEqual(label(3));
  labels = [label(3, 'gone')];
  expect(await reviews.upToDate(taskFile, shown)).toBeUndefined();
  reviews.dispose();
  await rm(folder, { recursive: true });
});
