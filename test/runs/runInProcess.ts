// A run in a process of its own, to be killed: starts the task, or resumes its only run, and exits when it is over.
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resumeRun } from '../../src/engine/runs/resumeRun';
import { runsFolderOf } from '../../src/engine/runs/runFolder';
import { startRun } from '../../src/engine/runs/startRun';

async function main(taskFile: string, cacheFolder: string): Promise<void> {
  const runs = runsFolderOf(dirname(taskFile));
  const [name] = await readdir(runs).catch(() => []);
  const options = { cacheFolder, threads: 1, onCreated: () => console.log('created') };
  const record = await (name ? resumeRun(join(runs, name), options) : startRun(taskFile, options));
  console.log(record.state);
}

void main(process.argv[2]!, process.argv[3]!);
