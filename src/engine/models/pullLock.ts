import { open, readFile, rm } from 'node:fs/promises';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';

/**
 * Keeps two processes (a terminal and the editor, say) from writing to the same download. Returns how to unlock. A lock whose
 * process is gone does not count.
 */
export async function lockPull(lock: string, model: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const file = await open(lock, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (holder > 0 && isRunning(holder)) {
      throw new SoftpromptError(
        'download-failed',
        l10n`${model} is being pulled already, by process ${holder}.`,
        {
          hint: l10n`Wait until it is done, or cancel it there.`,
        },
      );
    }
    await rm(lock, { force: true });
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
