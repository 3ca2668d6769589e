import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { byteLength } from '../graph/elementBytes';
import type { ElementType, Graph } from '../graph/graph';
import { writeOnnx } from '../graph/writeOnnx';
import type { Checkpoint } from '../models/checkpoint';
import type { LanguageModel } from '../models/languageModel';
import { type PlacedWeight, type WeightRequest, WeightRows, writeWeights } from './weightsFile';

const WEIGHTS = 'weights.bin';
const MANIFEST = 'manifest.json';
/** Raised when the format of the files changes; folders of other versions are left alone. */
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

  /** Opens the folder of this checkpoint in the cache, or makes it. Throws disk-full. */
  static async open(
    checkpoint: Checkpoint,
    model: LanguageModel,
    options: { cacheFolder: string; onProgress?: (done: number, total: number) => void },
  ): Promise<CompiledFolder> {
    const requests = collectWeights(model);
    const path = join(options.cacheFolder, 'compiled', folderName(checkpoint, requests));
    const known = await readManifest(path);
    if (known) return new CompiledFolder(path, known);
    const temporary = `${path}.${process.pid}.part`;
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    try {
      await checkRoom(temporary, requests);
      const weights = await writeWeights(
        join(temporary, WEIGHTS),
        checkpoint,
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
function folderName(checkpoint: Checkpoint, requests: readonly WeightRequest[]): string {
  const layout = createHash('sha256')
    .update(JSON.stringify([VERSION, requests]))
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

/** Every weight of the model's graphs, in the order in which a pass reads them. */
function collectWeights(model: LanguageModel): WeightRequest[] {
  const { config, embeddings, outputMatrix, outputBias } = model;
  const requests = new Map<string, WeightRequest>();
  const add = (tensor: string, type: ElementType, shape: readonly number[]) => {
    // The same bytes may be read as another type elsewhere: they are placed once.
    if (!requests.has(tensor)) requests.set(tensor, { tensor, type, shape });
  };
  add(embeddings, 'float32', [config.vocabularySize, config.embeddingSize]);
  const headless = config.kind === 'encoder';
  const { encoder } = model;
  const read = encoder ? [encoder.stage(0, encoder.layers)] : [];
  for (const { graph } of [
    ...read,
    model.stage(0, config.layers),
    ...(headless ? [] : [model.head('all')]),
  ]) {
    for (const { data, shape, type } of graph.initializers.values()) {
      if (data.kind === 'checkpoint') add(data.tensor, type, shape);
    }
  }
  if (headless) return [...requests.values()];
  add(outputMatrix, 'float32', [config.vocabularySize, model.outputWidth ?? config.hiddenSize]);
  if (outputBias) add(outputBias, 'float32', [config.vocabularySize]);
  return [...requests.values()];
}

async function checkRoom(folder: string, requests: readonly WeightRequest[]): Promise<void> {
  const needed = requests.reduce((sum, request) => sum + byteLength(request.type, request.shape), 0);
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < needed) throw diskFull(folder, undefined, needed, bavail * bsize);
}

function diskFull(folder: string, cause?: unknown, needed?: number, free?: number): SoftpromptError {
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  const amounts =
    needed === undefined ? '' : ` It needs ${megabytes(needed)}, ${megabytes(free ?? 0)} are free.`;
  return new SoftpromptError('disk-full', `There is no room on the disk for the compiled model.${amounts}`, {
    place: { file: folder },
    hint: 'Free some space, or move the cache folder to another disk (SOFTPROMPT_CACHE, or the setting softprompt.cacheFolder).',
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
