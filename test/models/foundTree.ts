import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';
import type { GgufValue } from '../../src/engine/models/gguf/header';
import { buildGguf } from './gguf/ggufBuilder';

export const fixtures = fileURLToPath(new URL('../oracle/fixtures/', import.meta.url));
export const TINY_GGUF = join(fixtures, 'tiny-llama-gguf/tiny-llama-mixed.gguf');
export const TINY_FOLDER = join(fixtures, 'tiny-llama-gqa-tied');

/** Variables that say where models are kept. */
const VARIABLES = [
  'HOME',
  'HF_HOME',
  'HF_HUB_CACHE',
  'HUGGINGFACE_HUB_CACHE',
  'XDG_CACHE_HOME',
  'OLLAMA_MODELS',
] as const;

/** A home folder for each test, with no models in it and no variable that leads out of it. */
export function emptyHome(): { readonly path: string } {
  const home = { path: '' };
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  beforeEach(async () => {
    home.path = await mkdtemp(join(tmpdir(), 'softprompt-found-'));
    for (const name of VARIABLES) delete process.env[name];
    process.env.HOME = home.path;
  });
  afterEach(async () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(home.path, { recursive: true, force: true });
  });
  return home;
}

export async function write(file: string, content: string | Uint8Array = ''): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

export async function copy(from: string, to: string): Promise<string> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  return to;
}

/** A repository as huggingface_hub keeps it: files of the snapshot are links to blobs. */
export async function hubRepository(
  hub: string,
  name: string,
  files: Record<string, string | Uint8Array>,
  { commit = 'c0ffee', main = commit }: { commit?: string; main?: string } = {},
): Promise<string> {
  const folder = join(hub, `models--${name.replace('/', '--')}`);
  await write(join(folder, 'refs', 'main'), main);
  const snapshot = join(folder, 'snapshots', commit);
  await mkdir(snapshot, { recursive: true });
  for (const [index, [file, content]] of Object.entries(files).entries()) {
    const blob = await write(join(folder, 'blobs', `${commit}${index}`), content);
    await mkdir(dirname(join(snapshot, file)), { recursive: true });
    await symlink(blob, join(snapshot, file));
  }
  return snapshot;
}

/** A model as Ollama keeps it; `registry/owner/name/tag`. */
export async function ollamaModel(
  store: string,
  manifest: string,
  layers: { mediaType: string; content: string | Uint8Array; size?: number }[],
): Promise<void> {
  const { createHash } = await import('node:crypto');
  const described = [];
  for (const { mediaType, content, size } of layers) {
    const digest = createHash('sha256').update(content).digest('hex');
    await write(join(store, 'blobs', `sha256-${digest}`), content);
    described.push({
      mediaType: `application/vnd.ollama.image.${mediaType}`,
      digest: `sha256:${digest}`,
      size: size ?? Buffer.byteLength(content),
    });
  }
  const text = JSON.stringify({ schemaVersion: 2, layers: described });
  await write(join(store, 'manifests', ...manifest.split('/')), text);
}

/** A GGUF file of any architecture with one tensor of 256 values of any type. */
export function gguf(architecture: string, metadata: Record<string, GgufValue> = {}, type = 0): Buffer {
  const bytes = new Uint8Array(1024);
  return buildGguf({ 'general.architecture': architecture, ...metadata }, [
    { name: 'token_embd.weight', shape: [1, 256], type, bytes },
  ]);
}
