import { basename } from 'node:path';
import { modelsInTree } from './modelsInFolder';
import type { FoundFile, Place } from './place';

/** Models lie near the top of a workspace; a tree of a hundred thousand files must not hold up the list. */
const LIMITS = { depth: 4, entries: 20_000 };

/** Folders of the workspace. A task file names these models by their paths. */
export const workspaceFolders: Place = {
  place: 'workspace',
  async find({ workspace, signal }) {
    const found: FoundFile[] = [];
    for (const folder of workspace) {
      for (const { path, relative } of await modelsInTree(folder, { ...LIMITS, signal })) {
        found.push({ name: path, title: relative === '' ? basename(folder) : relative, path });
      }
    }
    return found;
  },
};
