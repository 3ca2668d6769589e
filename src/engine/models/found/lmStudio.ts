import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { modelsInTree } from './modelsInFolder';
import type { FoundFile, Place } from './place';

/** Publisher, repository, files. */
const LIMITS = { depth: 3, entries: 10_000 };

const settingsSchema = z.object({ downloadsFolder: z.string().min(1) });

/** LM Studio's folders: of today, of earlier versions, and the one that the user chose. */
export const lmStudio: Place = {
  place: 'lm-studio',
  prefix: 'lmstudio',
  async find({ signal }) {
    const found = new Map<string, FoundFile>();
    for (const folder of await folders()) {
      for (const { path, relative } of await modelsInTree(folder, { ...LIMITS, signal })) {
        if (relative === '' || found.has(relative)) continue;
        found.set(relative, { name: `lmstudio:${relative}`, title: relative, path });
      }
    }
    return [...found.values()];
  },
};

async function folders(): Promise<string[]> {
  const home = homedir();
  const settings = await readFile(join(home, '.lmstudio', 'settings.json'), 'utf8').catch(() => '');
  const known = [join(home, '.lmstudio', 'models'), join(home, '.cache', 'lm-studio', 'models')];
  try {
    const chosen = settingsSchema.safeParse(JSON.parse(settings)).data?.downloadsFolder;
    return chosen ? [...new Set([...known, chosen])] : known;
  } catch {
    return known;
  }
}
