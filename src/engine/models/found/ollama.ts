import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import type { Obstacle } from '../../../protocol/models';
import { formatBytes } from '../formatBytes';
import type { FoundFile, Place } from './place';
import { readStart } from './readStart';
import { walkFolders } from './walkFolders';

// manifests/REGISTRY/OWNER/NAME/TAG is JSON that names blobs/sha256-HEX by their role:
// https://github.com/ollama/ollama/blob/main/server/manifest.go

const MODEL_LAYER = 'application/vnd.ollama.image.model';
const LICENCE_LAYER = 'application/vnd.ollama.image.license';
const ADAPTER_LAYER = 'application/vnd.ollama.image.adapter';

/** What needs not be written in a name. */
const REGISTRY = 'registry.ollama.ai';
const OWNER = 'library';

/** Registry, owner, name, tag; anything bigger than this is no manifest. */
const LIMITS = { depth: 3, entries: 5000 };
const MOST_BYTES = 2 ** 20;

const manifestSchema = z.object({
  layers: z.array(
    z.object({
      mediaType: z.string(),
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      size: z.int().min(0),
    }),
  ),
});

/** Ollama's store: the user's, and the one of the service on Linux. */
export const ollama: Place = {
  place: 'ollama',
  prefix: 'ollama',
  async find({ signal }) {
    const found = new Map<string, FoundFile>();
    for (const store of stores()) {
      for await (const { path, relative, files } of walkFolders(join(store, 'manifests'), {
        ...LIMITS,
        signal,
      })) {
        if (relative.split('/').length !== 3) continue;
        for (const tag of files) {
          const model = await modelOf(store, join(path, tag), nameOf(relative, tag));
          if (model && !found.has(model.name)) found.set(model.name, model);
        }
      }
    }
    return [...found.values()];
  },
};

function stores(): string[] {
  const { OLLAMA_MODELS } = process.env;
  return [
    ...(OLLAMA_MODELS ? [OLLAMA_MODELS] : []),
    join(homedir(), '.ollama', 'models'),
    '/usr/share/ollama/.ollama/models',
  ];
}

/** `registry.ollama.ai/library/smollm2` and `135m` → `smollm2:135m`, as Ollama itself writes it. */
function nameOf(relative: string, tag: string): string {
  const [registry, owner, name] = relative.split('/');
  if (registry !== REGISTRY) return `${registry}/${owner}/${name}:${tag}`;
  return owner === OWNER ? `${name}:${tag}` : `${owner}/${name}:${tag}`;
}

async function modelOf(store: string, manifest: string, title: string): Promise<FoundFile | undefined> {
  const layers = await layersOf(manifest);
  if (!layers) return undefined;
  const fileOf = (digest: string) => join(store, 'blobs', digest.replace(':', '-'));
  const model = layers.find(({ mediaType }) => mediaType === MODEL_LAYER);
  if (!model) return undefined;
  const path = fileOf(model.digest);
  const licence = layers.find(({ mediaType }) => mediaType === LICENCE_LAYER);
  const text = licence && (await readStart(fileOf(licence.digest)));
  const adapted = layers.some(({ mediaType }) => mediaType === ADAPTER_LAYER);
  return {
    name: `ollama:${title}`,
    title,
    path,
    // The licence is there as a whole text: its first line names it.
    licence: text?.trim().split('\n', 1)[0]?.trim().slice(0, 60) || undefined,
    obstacle: adapted ? adaptedModel() : await missing(path, model.size),
  };
}

const adaptedModel = (): Obstacle => ({
  kind: 'unsupported',
  reason: l10n`It is a model with an adapter laid over it, which is not read.`,
  hint: l10n`Take the model that the adapter was made for.`,
});

async function missing(path: string, size: number): Promise<Obstacle | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  const hint = l10n`Pull it again with Ollama.`;
  if (found instanceof Error) {
    if (found.code !== 'ENOENT') return undefined;
    return { kind: 'incomplete', reason: l10n`Its file is not there: the download was not finished.`, hint };
  }
  if (found.size === size) return undefined;
  const reason = l10n`Its file is not whole: it has ${formatBytes(found.size)} of ${formatBytes(size)}.`;
  return { kind: 'incomplete', reason, hint };
}

async function layersOf(manifest: string): Promise<z.infer<typeof manifestSchema>['layers'] | undefined> {
  try {
    if ((await stat(manifest)).size > MOST_BYTES) return undefined;
    return manifestSchema.safeParse(JSON.parse(await readFile(manifest, 'utf8'))).data?.layers;
  } catch {
    return undefined;
  }
}
