import { statfs } from 'node:fs/promises';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { formatBytes } from './formatBytes';

/** Bytes that may still be written below a folder. */
export async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Throws SoftpromptError('disk-full') where fewer bytes are free than are going to be written. */
export async function requireFreeSpace(folder: string, needed: number, free?: number): Promise<void> {
  const available = free ?? (await freeSpace(folder));
  if (available < needed) throw diskFull(folder, needed, available);
}

/** Turns "no space left" into a SoftpromptError('disk-full'). `needed`: bytes still to be written. */
export async function namingNeededSpace<T>(
  folder: string,
  needed: () => number,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw diskFull(folder, needed(), await freeSpace(folder).catch(() => 0), error);
  }
}

function diskFull(folder: string, needed: number, free: number, cause?: unknown): SoftpromptError {
  return new SoftpromptError(
    'disk-full',
    l10n`The disk is full: ${formatBytes(needed)} are needed, ${formatBytes(free)} are free.`,
    {
      place: { file: folder },
      hint: l10n`Free some space, remove models you no longer need, or move the cache folder to another disk.`,
      cause,
    },
  );
}
