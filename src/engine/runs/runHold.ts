import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { namingFullDisk } from '../durableFile';
import { isRunning, thisProcess } from './processIdentity';

/** How long somebody who is about to let go is waited for, in milliseconds, and how often is looked. */
const PATIENCE = 2000;
const LOOK = 30;

/** Name of the empty file that says who works on a run: process, its start where that is known, and which time it is. */
const MARK = /^\.held-(\d+)-(.*)-[^-]+$/;
let times = 0;

/**
 * Takes a run's folder for this caller alone, of all threads and processes; returns how to let go. A process that is gone
 * holds nothing.
 *
 * Each puts its mark first and looks for others' then; who finds itself alone has the run, so of two, at most one does. Of
 * those who meet, all but the one whose mark is first by name take theirs back until nobody else's is there, so one does.
 * The names say everything: no mark is ever seen half written.
 *
 * @throws SoftpromptError `run-invalid` where somebody else has it.
 */
export async function holdRun(folder: string): Promise<() => Promise<void>> {
  const { process: id, processStart = '' } = await thisProcess();
  const mark = `.held-${id}-${processStart.replace(' ', '_')}-${Date.now()}.${threadId}.${++times}`;
  const release = () => rm(join(folder, mark), { force: true });
  const end = performance.now() + PATIENCE;
  let placed = false;
  try {
    for (;;) {
      const isLast = performance.now() > end;
      let others = await othersMarks(folder, mark);
      if (!placed && others.length === 0) {
        await namingFullDisk(folder, () => writeFile(join(folder, mark), ''));
        placed = true;
        others = await othersMarks(folder, mark);
      }
      if (others.length === 0) return release;
      if (isLast) refuseHeld(basename(folder), others[0]!.process);
      if (placed && others.some(({ name }) => name < mark)) {
        await release();
        placed = false;
      }
      await wait(LOOK);
    }
  } catch (error) {
    await release();
    throw error;
  }
}

/** Process that holds a run, or is about to. */
export async function holderOf(folder: string): Promise<number | undefined> {
  return (await othersMarks(folder))[0]?.process;
}

/** Marks but `own`; those of processes that are gone are cleared away. */
async function othersMarks(folder: string, own?: string): Promise<{ name: string; process: number }[]> {
  const marks: { name: string; process: number }[] = [];
  for (const name of await readdir(folder)) {
    const [, id, start] = MARK.exec(name) ?? [];
    if (id === undefined || name === own) continue;
    const process = Number(id);
    if (await isRunning(process, start?.replace('_', ' ') || undefined)) marks.push({ name, process });
    else await rm(join(folder, name), { force: true });
  }
  return marks;
}

/** Lets go for a thread of this process that was lost. */
export async function releaseOwn(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (Number(MARK.exec(name)?.[1]) === process.pid) await rm(join(folder, name), { force: true });
  }
}

/** @throws SoftpromptError `run-invalid` if there is such a process. */
export function refuseHeld(run: string, holder: number | undefined): void {
  if (holder === undefined) return;
  throw new SoftpromptError('run-invalid', l10n`The run ${run} is being worked on by process ${holder}.`, {
    hint: l10n`Cancel it there first.`,
  });
}
