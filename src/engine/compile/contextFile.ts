import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freeSpace } from '../models/diskSpace';

const FOLDER = 'contexts';
/** Part of the free disk that may be taken, and the most in any case, in bytes. */
const PART_OF_DISK = 0.5;
const MOST_BYTES = 64e9;

/**
 * Numbers on disk that live no longer than this process: the file has no name any more once it is open, so that its room is
 * given back however the process ends. Where a system keeps the name, the next one to be opened removes it.
 */
export class ContextFile {
  private used = 0;

  private constructor(
    private readonly descriptor: number,
    private room: number,
  ) {}

  static async open(cacheFolder: string): Promise<ContextFile> {
    const folder = join(cacheFolder, FOLDER);
    await mkdir(folder, { recursive: true });
    for (const left of await readdir(folder)) await rm(join(folder, left), { force: true }).catch(() => {});
    const path = join(folder, `${process.pid}-${Date.now()}.half`);
    const descriptor = openSync(path, 'wx+');
    try {
      rmSync(path, { force: true });
    } catch {
      // Windows may not let go of an open file's name.
    }
    try {
      return new ContextFile(descriptor, Math.min(MOST_BYTES, PART_OF_DISK * (await freeSpace(folder))));
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Where the bytes were put, from the start of the file; nothing where there is no room for them. */
  append(bytes: Uint8Array): number | undefined {
    if (this.used + bytes.length > this.room) return undefined;
    const offset = this.used;
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.descriptor, bytes, done, bytes.length - done, offset + done);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EFBIG') throw error;
      this.room = this.used;
      return undefined;
    }
    this.used += bytes.length;
    return offset;
  }

  read(offset: number, into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      const count = readSync(this.descriptor, into, done, into.length - done, offset + done);
      if (count === 0) throw new Error('the file of contexts is shorter than what was put into it');
      done += count;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
