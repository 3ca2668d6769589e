import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve, sep } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { ModelsListing } from '../../protocol/models';

/** The cache folder's own folders, and what an entry in them is. */
const FOLDERS = { models: 'model', compiled: 'compiled', downloads: 'download' } as const;

const manifestSchema = z.object({ model: z.string() });

/** Where models and compiled models are kept: SOFTPROMPT_CACHE, else the system's place for caches. */
export function defaultCacheFolder(): string {
  const { SOFTPROMPT_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (SOFTPROMPT_CACHE) return resolve(SOFTPROMPT_CACHE);
  if (process.platform === 'win32') {
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'softprompt', 'Cache');
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'softprompt');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'softprompt');
}

/** A compiled model's folder is named by a fingerprint; which model it was made from is in its manifest. */
async function compiledModel(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => '{}');
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data?.model;
  } catch {
    return undefined;
  }
}

/**
 * Removes an entry of the cache folder: a model, a compiled model, a download, or everything (the cache folder itself).
 * A path inside an entry stands for the whole entry. Returns the bytes freed. Throws SoftpromptError('model-missing') for
 * any path elsewhere. What is removed is chosen from the list of entries, so that nothing else ever can be.
 */
export async function removeFromCache(cacheFolder: string, path: string): Promise<number> {
  const root = resolve(cacheFolder);
  const target = resolve(path);
  const chosen = isWithin(target, root)
    ? (await entriesOf(root)).filter((entry) => isWithin(entry.path, target) || isWithin(target, entry.path))
    : [];
  if (chosen.length === 0 && target !== root) {
    throw new SoftpromptError('model-missing', l10n`${basename(path)} is not in the cache folder.`, {
      place: { file: path },
      hint: l10n`Only models, compiled models and downloads in ${root} can be removed.`,
    });
  }
  let freed = 0;
  for (const entry of chosen) {
    await rm(entry.path, { recursive: true, force: true, maxRetries: 3 });
    freed += entry.size;
  }
  return freed;
}

/** Whether a path is a folder or something in it. Both are absolute. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Everything in the cache folder's own folders, compiled models included, with bytes. */
export async function entriesOf(cacheFolder: string): Promise<ModelsListing['contents']> {
  const entries: ModelsListing['contents'] = [];
  for (const [folder, kind] of Object.entries(FOLDERS)) {
    for (const file of await namesIn(join(cacheFolder, folder))) {
      const path = join(cacheFolder, folder, file);
      const name = kind === 'compiled' ? ((await compiledModel(path)) ?? file) : file;
      entries.push({ path, kind, name, size: await sizeOf(path) });
    }
  }
  return entries;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.sort();
}

/** Bytes of a file, or of all files in a folder; 0 where there is nothing. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (!found) return 0;
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await namesIn(path)).map((name) => sizeOf(join(path, name))));
  return sizes.reduce((total, size) => total + size, 0);
}
