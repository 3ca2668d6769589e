import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { DatasetSummaries } from '../../../src/extension/dataset/datasetSummaries';
import { FakeHost } from '../fakeHost';

it('keeps a newer answer when an older question fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-summaries-'));
  const file = join(folder, 'a.csv');
  const host = new FakeHost();
  const datasets = new DatasetSummaries(host as never);
  await writeFile(file, 'text,label\n');
  const older = datasets.of(file);
  await vi.waitFor(() => expect(host.asked).toHaveLength(1));
  await writeFile(file, 'text,label\nlate,delivery\n');
  const newer = datasets.of(file);
  await vi.waitFor(() => expect(host.asked).toHaveLength(2));
  const [first, second] = host.asked;
  first!.fail(new Error('gone'));
  second!.answer({ rows: 1 });
  await expect(older).rejects.toThrow('gone');
  await newer;
  expect(await datasets.of(file)).toEqual({ rows: 1 });
  expect(host.asked).toHaveLength(2);
  await rm(folder, { recursive: true });
});
