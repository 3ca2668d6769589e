import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { readJson } from '../modelJson';
import { refusalOfArchitecture } from '../refusals';
import { addTo, type ModelDescription, mostOf, obstacleOf, product, refused } from './description';
import { type Initializer, onnxInitializers } from './onnxInitializers';

/** ONNX's numbers for element types → as people call them. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
  21: 'int4',
  22: 'int4',
};
const UINT8 = 2;

/** What exporters add to a file's name. */
const SUFFIXES: Readonly<Record<string, string>> = {
  q4: 'int4',
  q4f16: 'int4, float16',
  bnb4: 'bnb4',
  int8: 'int8',
  uint8: 'uint8',
  quantized: 'int8',
  fp16: 'float16',
};

const configSchema = z.looseObject({
  model_type: z.string().optional(),
  model: z.looseObject({ type: z.string() }).optional().catch(undefined),
});

/** An ONNX file, or a folder with an encoder and a decoder, by settings and the shapes of its weights. */
export async function describeOnnx(path: string): Promise<ModelDescription> {
  const description: ModelDescription = { format: 'onnx', architecture: 'unknown', parameters: 0, size: 0 };
  try {
    const files = (await stat(path)).isDirectory() ? await graphsOf(path) : [path];
    const config = await settingsNear(dirname(files[0]!));
    const parsed = configSchema.safeParse(config).data;
    description.architecture = parsed?.model_type ?? parsed?.model?.type ?? 'unknown';
    const bytes = new Map<string, number>();
    for (const file of files) {
      const { initializers, size } = await readGraph(file);
      description.size += size;
      for (const initializer of initializers) {
        // Two values of four bits are packed into a byte, in blocks: [rows, blocks, bytes].
        const packed = initializer.type === UINT8 && initializer.shape.length === 3;
        const values = product(initializer.shape) * (packed ? 2 : 1);
        description.parameters += values;
        addTo(bytes, packed ? 'int4' : (TYPES[initializer.type] ?? `type ${initializer.type}`), values);
      }
    }
    const [, suffix] = /_(\w+)\.onnx$/.exec(basename(files[0]!)) ?? [];
    description.quantisation = SUFFIXES[suffix ?? ''] ?? mostOf(bytes);
    const refusal = refusalOfArchitecture(description.architecture);
    return refusal ? { ...description, obstacle: refused(refusal) } : description;
  } catch (error) {
    return { ...description, obstacle: obstacleOf(error) };
  }
}

async function graphsOf(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const encoder = names.find((name) => /^encoder_model.*\.onnx$/.test(name));
  const decoder = ['decoder_model_merged.onnx', 'decoder_model.onnx'].find((name) => names.includes(name));
  const graphs = [encoder, decoder].filter((name) => name !== undefined);
  const chosen = graphs.length > 0 ? graphs : names.filter((name) => name.endsWith('.onnx')).slice(0, 1);
  return chosen.map((name) => join(folder, name));
}

/** Settings stand beside the graph, or above a folder of graphs. */
async function settingsNear(folder: string): Promise<unknown> {
  for (const place of [folder, dirname(folder)]) {
    for (const name of ['config.json', 'genai_config.json']) {
      const json = await readJson(join(place, name), null);
      if (json !== null) return json;
    }
  }
  return {};
}

async function readGraph(file: string): Promise<{ initializers: Initializer[]; size: number }> {
  const handle = await open(file, 'r');
  try {
    const own = (await handle.stat()).size;
    const initializers = await onnxInitializers(handle, file);
    let size = own;
    for (const location of new Set(initializers.map((initializer) => initializer.location))) {
      if (location !== undefined && location !== basename(file)) size += await externalSize(file, location);
    }
    return { initializers, size };
  } finally {
    await handle.close();
  }
}

async function externalSize(file: string, location: string): Promise<number> {
  const found =
    basename(location) === location ? await stat(join(dirname(file), location)).catch(() => null) : null;
  if (found) return found.size;
  throw new SoftpromptError(
    'model-missing',
    l10n`The model is not complete: ${basename(location)} is missing.`,
    {
      place: { file },
      hint: l10n`Download the missing file from where the model came from.`,
    },
  );
}
