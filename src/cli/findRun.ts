import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { listRuns } from '../engine/runs/readRuns';
import { SoftpromptError } from '../protocol/errors';

/**
 * The folder of a run: a path to it, or, among the runs of the current folder, the beginning of a run's name (the newest
 * one that fits), or `latest`.
 */
export async function findRun(run: string, folder = process.cwd()): Promise<string> {
  const path = resolve(folder, run);
  if (await isFile(join(path, 'run.json'))) return path;
  const runs = await listRuns(folder);
  const found = run === 'latest' ? runs[0] : runs.find(({ id }) => id.startsWith(run));
  if (found) return found.folder;
  const known = runs.slice(0, 5).map(({ id }) => id);
  throw new SoftpromptError('run-invalid', `There is no run “${run}”.`, {
    place: { file: path },
    hint:
      known.length > 0
        ? `The newest runs here: ${known.join(', ')}.`
        : 'Give the path of a run’s folder: they are in .softprompt/runs beside the task file.',
  });
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
