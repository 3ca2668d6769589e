import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { byteLength } from '../graph/elementBytes';
import type { Graph } from '../graph/graph';
import { writeOnnx } from '../graph/writeOnnx';
import type { Checkpoint } from '../models/checkpoint';
import type { CompiledForm } from './compiledForm';
import { type PlacedWeight, type WeightRequest, WeightRows, writeWeights } from './weightsFile';

const WEIGHTS = 'weights.bin';
const MANIFEST = 'manifest.json';
/**
 * Raised when the files would be others for the same weights: by their format, or by how weights are turned and rounded. Folders of other
 * versions are left alone.
 */
const VERSION = 2;

const manifestSchema = z.object({
  version: z.literal(VERSION),
  model: z.string(),
  weights: z.record(z.string(), z.object({ offset: z.number(), shape: z.array(z.number()) })),
});

/** A model's weights on disk, and graphs that refer to them: made once, mapped by every session. */
export class CompiledFolder {
  private constructor(
    readonly path: string,
    private readonly weights: Readonly<Record<string, PlacedWeight>>,
  ) {}

  /** Opens the folder of this checkpoint in this form in the cache, or makes it. Throws disk-full. */
  static async open(
    checkpoint: Checkpoint,
    { name, weights: sources, requests }: CompiledForm,
    options: { cacheFolder: string; onProgress?: (done: number, total: number) => void },
  ): Promise<CompiledFolder> {
    const path = join(options.cacheFolder, 'compiled', folderName(checkpoint, name, requests));
    const known = await readManifest(path);
    if (known) return new CompiledFolder(path, known);
    const temporary = `${path}.${process.pid}.part`;
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    try {
      await checkRoom(temporary, requests);
      const weights = await writeWeights(
        join(temporary, WEIGHTS),
        sources,
        requests,
        options.onProgress ?? (() => {}),
      );
      const manifest = { version: VERSION, model: checkpoint.name, weights };
      await writeFile(join(temporary, MANIFEST), JSON.stringify(manifest, null, 2));
      await replaceFolder(temporary, path);
      return new CompiledFolder(path, weights);
    } catch (cause) {
      await rm(temporary, { recursive: true, force: true });
      if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(temporary, cause);
      throw cause;
    }
  }

  /** Writes a graph beside the weights, its checkpoint tensors placed in them; answers the file. */
  async write(graph: Graph): Promise<string> {
    for (const [name, initializer] of graph.initializers) {
      if (initializer.data.kind !== 'checkpoint') continue;
      const { offset } = this.find(initializer.data.tensor);
      const length = byteLength(initializer.type, initializer.shape);
      graph.initializers.set(name, {
        ...initializer,
        data: { kind: 'external', file: WEIGHTS, offset, length },
      });
    }
    const bytes = writeOnnx(graph);
    const file = join(this.path, `${createHash('sha256').update(bytes).digest('hex').slice(0, 24)}.onnx`);
    if (!existsSync(file)) {
      const temporary = `${file}.${process.pid}.part`;
      await writeFile(temporary, bytes);
      await rename(temporary, file);
    }
    return file;
  }

  /** Rows of a matrix, such as the token embedding table. */
  rows(tensor: string): WeightRows {
    return new WeightRows(join(this.path, WEIGHTS), this.find(tensor));
  }

  private find(tensor: string): PlacedWeight {
    const weight = this.weights[tensor];
    if (!weight) throw new Error(`the compiled model has no weight ${tensor}`);
    return weight;
  }
}

/** Names the model's files and which weights they are, which may differ from version to version. */
function folderName(checkpoint: Checkpoint, form: string, requests: readonly WeightRequest[]): string {
  const layout = createHash('sha256')
    .update(JSON.stringify([VERSION, form, requests]))
    .digest('hex');
  return `${checkpoint.fingerprint.slice(0, 24)}-${layout.slice(0, 8)}`;
}

async function readManifest(path: string): Promise<Record<string, PlacedWeight> | undefined> {
  try {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(path, MANIFEST), 'utf8')));
    return existsSync(join(path, WEIGHTS)) ? manifest.weights : undefined;
  } catch {
    return undefined; // None yet, or of another version.
  }
}

async function checkRoom(folder: string, requests: readonly WeightRequest[]): Promise<void> {
  const needed = requests.reduce((sum, request) => sum + byteLength(request.type, request.shape), 0);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < needed) throw diskFull(folder, undefined, needed, bavail * bsize);
}

function diskFull(folder: string, cause?: unknown, needed?: number, free?: number): SoftpromptError {
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  const message =
    needed === undefined
      ? l10n`There is no room on the disk for the compiled model.`
      : l10n`There is no room on the disk for the compiled model. It needs ${megabytes(needed)}, ${megabytes(free ?? 0)} are free.`;
  return new SoftpromptError('disk-full', message, {
    place: { file: folder },
    hint: l10n`Free some space, or move the cache folder to another disk (SOFTPROMPT_CACHE, or the setting softprompt.cacheFolder).`,
    cause,
  });
}

/** Another process may have made the same folder meanwhile: its copy is as good. */
async function replaceFolder(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (cause) {
    if (await readManifest(path)) await rm(temporary, { recursive: true, force: true });
    else {
      await rm(path, { recursive: true, force: true });
      await rename(temporary, path).catch(() => Promise.reject(cause));
    }
  }
}
