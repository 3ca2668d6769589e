import { open, rename, statfs, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { SoftpromptError } from '../protocol/errors';
import { l10n } from '../protocol/l10n';

/** Writes a file and waits until it is on the disk. */
export async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  await namingFullDisk(file, async () => {
    const handle = await open(file, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** Two writers of one file, in one thread or two, must not write into the same draft. */
let drafts = 0;

/** Replaces a file at once: whoever reads it, at whatever moment, sees the old content or the new one, whole. */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}-${threadId}-${++drafts}.new`);
  try {
    await writeDurably(draft, content);
    await rename(draft, file);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Makes renames within a folder last. Windows cannot open folders, and does without. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Runs something that writes to `file`, and turns "no space left" into an error that says where. */
export async function namingFullDisk<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw await diskFull(file, error);
  }
}

async function diskFull(file: string, cause: unknown): Promise<SoftpromptError> {
  const free = await statfs(dirname(file))
    .then(({ bavail, bsize }) => Math.floor((bavail * bsize) / 2 ** 20))
    .catch(() => undefined);
  const message =
    free === undefined
      ? l10n`The disk is full: ${file} could not be written.`
      : l10n`The disk is full (${free} MB free): ${file} could not be written.`;
  return new SoftpromptError('disk-full', message, {
    place: { file },
    hint: l10n`Free some space, then resume the run from its last checkpoint.`,
    cause,
  });
}
