import { stat } from 'node:fs/promises';

interface Entry<T> {
  value: T;
  files: readonly string[];
  version: string;
}

/** A file's clock may be this much coarser than ours. Milliseconds. */
const CLOCK_STEP = 20;

/**
 * What was made from files, kept for the next question until one of the files changes on disk; at most a few, the
 * longest unused going first.
 */
export class Kept<T> {
  readonly #entries = new Map<string, Entry<T>>();

  constructor(private readonly most: number) {}

  async get(key: string, open: () => Promise<{ value: T; files: readonly string[] }>): Promise<T> {
    const kept = this.#entries.get(key);
    this.#entries.delete(key);
    if (kept && kept.version === (await versionOf(kept.files)).version) {
      this.#entries.set(key, kept); // last in the order: most recently used
      return kept.value;
    }
    const openedAt = Date.now();
    const { value, files } = await open();
    const { version, changedAt } = await versionOf(files);
    // A file that was written while it was read is not to be trusted a second time.
    if (changedAt < openedAt - CLOCK_STEP) this.#keep(key, { value, files, version });
    return value;
  }

  #keep(key: string, entry: Entry<T>): void {
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.most) break;
      this.#entries.delete(oldest);
    }
  }
}

/** Sizes and times of files, and the latest time, in milliseconds since 1970. One that is not there has its own version. */
async function versionOf(files: readonly string[]): Promise<{ version: string; changedAt: number }> {
  const found = await Promise.all(files.map((file) => stat(file).catch(() => null)));
  return {
    version: found.map((file) => (file ? `${file.mtimeMs} ${file.size}` : '-')).join('\n'),
    changedAt: Math.max(0, ...found.map((file) => file?.mtimeMs ?? 0)),
  };
}
