import { readFile } from 'node:fs/promises';

/** The number of a process, and what tells it from a later one with the same number, where the system says. */
export interface ProcessIdentity {
  process: number;
  processStart?: string;
}

export async function thisProcess(): Promise<ProcessIdentity> {
  return { process: process.pid, processStart: await startOf(process.pid) };
}

/** Whether that very process is still there. */
export async function isRunning(pid: number | undefined, start: string | undefined): Promise<boolean> {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return start === undefined || (await startOf(pid)) === start;
}

/** Start of a process in clock ticks since this boot of the machine; known on Linux. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // Field 22; the name in field 2 is in parentheses and may hold anything.
    const ticks = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot.trim()} ${ticks}`;
  } catch {
    return undefined;
  }
}
