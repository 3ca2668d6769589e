import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { namingFullDisk } from '../durableFile';
import { holderOf } from './runHold';
import { readRecord } from './runRecord';

/** What a run's folder holds: plain files, readable by anything. */
export function runFiles(folder: string) {
  return {
    record: join(folder, 'run.json'),
    metrics: join(folder, 'metrics.jsonl'),
    predictions: join(folder, 'predictions.jsonl'),
    validationPredictions: join(folder, 'validation-predictions.jsonl'),
    checkpoint: join(folder, 'checkpoint'),
    adapter: join(folder, 'adapter'),
  };
}

/** Where the runs of a folder's tasks are kept. */
export function runsFolderOf(folder: string): string {
  return join(folder, '.softprompt', 'runs');
}

/** Makes a new run's folder, `NAME-2026-11-22T10-15-30`, with `-2` and so on where another run has that name already. */
export async function createRunFolder(runsFolder: string, name: string, now: Date): Promise<string> {
  await namingFullDisk(runsFolder, async () => {
    await mkdir(runsFolder, { recursive: true });
    await ignoreInGit(dirname(runsFolder));
  });
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-');
  for (let attempt = 1; ; attempt++) {
    const folder = join(runsFolder, `${name}-${time}${attempt === 1 ? '' : `-${attempt}`}`);
    try {
      await namingFullDisk(folder, () => mkdir(folder));
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Runs do not belong into version control, unless the user changes this file. */
export async function ignoreInGit(folder: string): Promise<void> {
  if (basename(folder) !== '.softprompt') return;
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Deletes a run that nobody works on. */
export async function deleteRun(folder: string): Promise<void> {
  const found = await stat(runFiles(folder).record).catch(() => null);
  // Whatever else the folder may be, it is not ours to delete.
  if (!found) {
    throw new SoftpromptError('run-invalid', l10n`This is not the folder of a run: it has no run.json.`, {
      place: { file: folder },
    });
  }
  const record = await readRecord(folder).catch(() => null);
  if (record?.process !== undefined || (await holderOf(folder)) !== undefined) {
    throw new SoftpromptError('run-invalid', l10n`The run ${basename(folder)} is being worked on.`, {
      place: { file: folder },
      hint: l10n`Cancel it first.`,
    });
  }
  await rm(folder, { recursive: true });
}
