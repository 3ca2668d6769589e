import { mkdir, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namingFullDisk } from '../../src/engine/durableFile';
import { resumeRun } from '../../src/engine/runs/resumeRun';
import { runFiles } from '../../src/engine/runs/runFolder';
import { readRecord } from '../../src/engine/runs/runRecord';
import { startRun } from '../../src/engine/runs/startRun';
import { readCheckpoint } from '../../src/engine/tuning/checkpoint';
import { canMount, mountSmallDisk, unmount } from '../smallDisk';
import { writeTinyTask } from './tinyTask';

let root: string;
let disk: string;
let mounted = false;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-disk-'));
  disk = join(root, 'disk');
  await mkdir(disk);
  if (canMount) mounted = mountSmallDisk(disk, '512k');
});
afterAll(async () => {
  if (mounted) unmount(disk);
  await rm(root, { recursive: true });
});

describe('a full disk', () => {
  it('is named, with the file', async () => {
    const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
    const file = join(root, 'metrics.jsonl');
    await expect(namingFullDisk(file, () => Promise.reject(full))).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/^The disk is full \(\d+ MB free\): .*metrics\.jsonl/),
      details: { place: { file } },
    });
    const other = new Error('something else');
    await expect(namingFullDisk(file, () => Promise.reject(other))).rejects.toBe(other);
  });

  it.runIf(canMount)(
    'fails a run with the reason, keeps its checkpoint, and the run goes on once there is room',
    async () => {
      const training = { steps: 160, batchRows: 6, evaluateEvery: 80, checkpointEvery: 10 };
      const task = await writeTinyTask(root, { training, evaluation: { fewShot: 0 } });
      const options = { cacheFolder: join(root, 'cache'), threads: 1, runsFolder: disk };
      const filler = join(disk, 'filler');
      const { bavail, bsize } = await statfs(disk);
      await writeFile(filler, Buffer.alloc((bavail - 12) * bsize));

      await expect(startRun(task, options)).rejects.toMatchObject({ code: 'disk-full' });
      const names = await readdir(disk);
      const folder = join(disk, names.find((name) => name !== 'filler')!);
      const record = await readRecord(folder);
      expect(record).toMatchObject({ state: 'failed', error: { code: 'disk-full' } });
      const { state } = (await readCheckpoint(runFiles(folder).checkpoint))!;
      expect(state.step).toBeGreaterThan(0);

      await rm(filler);
      expect(await resumeRun(folder, options)).toMatchObject({ state: 'finished' });
    },
  );
});
