import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { namingFullDisk } from '../durableFile';
import { isRunning, thisProcess } from './processIdentity';

/** How long somebody who is about to let go, or came at the same moment, is waited for; in milliseconds. */
const PATIENCE = 2000;
/** Between two attempts; by chance, so that two who came at once do not meet again. */
const SHORTEST_WAIT = 10;
const LONGEST_WAIT = 60;

/** Name of the empty file that says who works on a run: process, its start where that is known, and which time it is. */
const MARK = /^\.held-(\d+)-(.*)-[^-]+$/;
let times = 0;

/**
 * Takes a run's folder for this caller alone, of all threads and processes; returns how to let go. A process that is gone
 * holds nothing.
 *
 * Each puts its mark first and looks for others' then: of two, at least one sees the other, takes its mark back and tries
 * again. The marks' names say everything, so that none is ever seen half written.
 *
 * @throws SoftpromptError `run-invalid` where somebody else has it.
 */
export async function holdRun(folder: string): Promise<() => Promise<void>> {
  const { process: id, processStart = '' } = await thisProcess();
  const mark = `.held-${id}-${processStart.replace(' ', '_')}-${Date.now()}.${threadId}.${++times}`;
  const release = () => rm(join(folder, mark), { force: true });
  const end = performance.now() + PATIENCE;
  for (;;) {
    await namingFullDisk(folder, () => writeFile(join(folder, mark), '', { flag: 'wx' }));
    let holder: number | undefined;
    try {
      holder = await holderOf(folder, mark);
    } catch (error) {
      await release();
      throw error;
    }
    if (holder === undefined) return release;
    await release();
    if (performance.now() > end) refuseHeld(basename(folder), holder);
    await wait(SHORTEST_WAIT + Math.random() * (LONGEST_WAIT - SHORTEST_WAIT));
  }
}

/** Process that holds a run by a mark other than `own`; marks of processes that are gone are cleared away. */
export async function holderOf(folder: string, own?: string): Promise<number | undefined> {
  let holder: number | undefined;
  for (const name of await readdir(folder)) {
    const [, id, start] = MARK.exec(name) ?? [];
    if (id === undefined || name === own) continue;
    if (await isRunning(Number(id), start?.replace('_', ' ') || undefined)) holder = Number(id);
    else await rm(join(folder, name), { force: true });
  }
  return holder;
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
