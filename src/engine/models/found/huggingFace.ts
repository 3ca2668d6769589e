import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { l10n } from '../../../protocol/l10n';
import type { Obstacle } from '../../../protocol/models';
import { modelsInTree } from './modelsInFolder';
import type { FoundFile, Place, SearchContext } from './place';
import { readStart } from './readStart';

// models--OWNER--NAME/{refs/main, snapshots/COMMIT/…, blobs/…}: https://huggingface.co/docs/huggingface_hub/guides/manage-cache

/** Files of a snapshot are few; ONNX variants stand one folder down. */
const LIMITS = { depth: 2, entries: 2000 };

const incomplete = (): Obstacle => ({
  kind: 'incomplete',
  reason: l10n`Its download was not finished.`,
  hint: l10n`Download it again with the program that began it: it goes on where it stopped.`,
});

/** The cache of huggingface_hub, which Transformers, Diffusers and many others share. */
export const huggingFace: Place = {
  place: 'hugging-face',
  prefix: 'hf',
  async find(context) {
    const hub = hubFolder();
    const repositories = await namesIn(hub);
    const found: FoundFile[] = [];
    for (const folder of repositories.sort()) {
      const [kind, ...name] = folder.split('--');
      if (kind !== 'models' || name.length === 0) continue;
      found.push(...(await modelsOf(join(hub, folder), name.join('/'), context)));
    }
    return found;
  },
};

function hubFolder(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub');
}

async function modelsOf(folder: string, name: string, { signal }: SearchContext): Promise<FoundFile[]> {
  const snapshot = await snapshotOf(folder);
  if (snapshot === undefined) return [];
  const [models, blobs, licence] = await Promise.all([
    modelsInTree(snapshot, { ...LIMITS, signal }),
    namesIn(join(folder, 'blobs')),
    licenceOf(snapshot),
  ]);
  const unfinished = blobs.some((blob) => blob.endsWith('.incomplete'));
  const title = (relative: string) => (relative === '' ? name : `${name}/${relative}`);
  if (models.length === 0 && unfinished) {
    return [{ name: `hf:${name}`, title: name, path: snapshot, licence, obstacle: incomplete() }];
  }
  return models.map(({ path, relative }) => ({
    name: `hf:${title(relative)}`,
    title: title(relative),
    path,
    licence,
  }));
}

/** The snapshot that `main` is at, or else the one that was written last. */
async function snapshotOf(folder: string): Promise<string | undefined> {
  const snapshots = join(folder, 'snapshots');
  const names = await namesIn(snapshots);
  const main = (await readFile(join(folder, 'refs', 'main'), 'utf8').catch(() => '')).trim();
  if (names.includes(main)) return join(snapshots, main);
  const dated = await Promise.all(
    names.map(async (name) => ({
      name,
      time: (await stat(join(snapshots, name)).catch(() => null))?.mtimeMs ?? 0,
    })),
  );
  const [latest] = dated.sort((a, b) => b.time - a.time);
  return latest && join(snapshots, latest.name);
}

/** From the head of the model card, where it was downloaded too. */
async function licenceOf(snapshot: string): Promise<string | undefined> {
  const card = await readStart(join(snapshot, 'README.md'));
  const [, head] = /^---\r?\n([\s\S]*?)\n---/.exec(card) ?? [];
  return head && /^license:\s*["']?([\w.+-]+)/m.exec(head)?.[1];
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
