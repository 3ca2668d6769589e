import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder of a tree, with what is in it. */
export interface FolderListing {
  path: string;
  /** From the root, with `/`; empty for the root itself. */
  relative: string;
  /** Names of files and of symbolic links, sorted. */
  files: string[];
}

export interface WalkLimits {
  /** Levels below the root. */
  depth: number;
  /** Names that are looked at in all. */
  entries: number;
  signal?: AbortSignal;
}

/** Never models, and often enormous. */
const SKIPPED = new Set(['node_modules', 'site-packages', '__pycache__', 'venv']);

/**
 * The folders of a tree, nearest first, until a limit is reached. Links to folders are not followed, so there are no
 * loops; hidden folders and those that never hold models are passed over, as is what cannot be read.
 */
export async function* walkFolders(root: string, limits: WalkLimits): AsyncGenerator<FolderListing> {
  let left = limits.entries;
  let level = [{ path: root, relative: '' }];
  for (let depth = 0; depth <= limits.depth && level.length > 0; depth++) {
    const below: typeof level = [];
    for (const folder of level) {
      limits.signal?.throwIfAborted();
      const files: string[] = [];
      try {
        for await (const entry of await opendir(folder.path)) {
          if (left-- <= 0) break;
          if (!entry.isDirectory()) files.push(entry.name);
          else if (!entry.name.startsWith('.') && !SKIPPED.has(entry.name)) {
            below.push({ path: join(folder.path, entry.name), relative: join2(folder.relative, entry.name) });
          }
        }
      } catch {
        // Not there, not ours to read, or gone meanwhile: what was seen of it counts.
      }
      yield { ...folder, files: files.sort() };
      if (left <= 0) return;
    }
    level = below.sort((a, b) => a.path.localeCompare(b.path));
  }
}

const join2 = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
