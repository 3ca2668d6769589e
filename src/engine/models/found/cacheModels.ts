import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findCatalogueEntry } from '../catalogue';
import { modelsInTree } from './modelsInFolder';
import type { FoundFile, Place } from './place';

const LIMITS = { depth: 2, entries: 2000 };

/** Models that someone put into softprompt's own cache folder; one that nobody can open is listed all the same. */
export const cacheModels: Place = {
  place: 'cache',
  async find({ cacheFolder, signal }) {
    const folder = join(cacheFolder, 'models');
    const found: FoundFile[] = [];
    for (const entry of (await readdir(folder).catch(() => [])).sort()) {
      if (findCatalogueEntry(entry)) continue;
      const models = await modelsInTree(join(folder, entry), { ...LIMITS, signal });
      const names = models.map(({ relative }) => (relative === '' ? entry : `${entry}/${relative}`));
      if (names.length === 0) names.push(entry);
      for (const name of names) found.push({ name, title: name, path: join(folder, name) });
    }
    return found;
  },
};
