import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { openSafetensors } from '../../safetensors';
import { invalidJson, readJson } from '../modelJson';
import { refusalOfConfig, refusalOfFiles } from '../refusals';
import { addTo, type ModelDescription, mostOf, obstacleOf, product, refused } from './description';
import { kindOfConfig } from './kindOf';

const CONFIG = 'config.json';
const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

const configSchema = z.looseObject({
  model_type: z.string().optional(),
  quantization_config: z
    .looseObject({ quant_method: z.string(), bits: z.number().optional() })
    .optional()
    .catch(undefined),
});
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** safetensors' names of element types → as people call them. */
const TYPES: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8',
  F8_E5M2: 'float8',
  I8: 'int8',
  U8: 'uint8',
};

/** A folder as Transformers saves it, by its settings and the headers of its safetensors files. */
export async function describeFolder(folder: string): Promise<ModelDescription> {
  const description: ModelDescription = {
    format: 'safetensors',
    architecture: 'unknown',
    parameters: 0,
    size: 0,
  };
  try {
    const file = join(folder, CONFIG);
    const json = await readJson(file);
    const config = configSchema.safeParse(json).data;
    description.architecture = config?.model_type ?? 'unknown';
    const names = await readdir(folder);
    const weights = names.includes(SINGLE) || names.includes(INDEX);
    const refusal = refusalOfConfig(json) ?? (weights ? undefined : refusalOfFiles(names));
    if (weights) {
      const read = await readWeights(folder, names);
      Object.assign(description, { parameters: read.parameters, size: read.size });
      const { quant_method, bits } = config?.quantization_config ?? {};
      description.quantisation = quant_method
        ? [quant_method, bits && `${bits} bit`].filter(Boolean).join(' ')
        : read.type;
      if (!refusal) {
        const ofFile = { file, shapeOf: (name: string) => read.shapes.get(name) };
        description.kind = kindOfConfig(json, description.architecture, ofFile);
        requireTokenizer(folder, names);
      }
    } else {
      description.size = await sizeOf(
        folder,
        names.filter((name) => /\.(bin|pth?|ckpt|npz|h5|safetensors)$/.test(name)),
      );
    }
    if (refusal) return { ...description, obstacle: refused(refusal) };
    if (!weights) {
      throw new SoftpromptError('model-missing', l10n`The folder has neither ${SINGLE} nor ${INDEX}.`, {
        place: { file: folder },
      });
    }
    return description;
  } catch (error) {
    return { ...description, obstacle: obstacleOf(error) };
  }
}

async function readWeights(folder: string, names: readonly string[]) {
  const shapes = new Map<string, readonly number[]>();
  const types = new Map<string, number>();
  const files = names.includes(SINGLE) ? [SINGLE] : await shards(folder, names);
  for (const name of files) {
    const file = await openSafetensors(join(folder, name));
    await file.close();
    for (const [tensor, { dtype, shape }] of file.tensors) {
      shapes.set(tensor, shape);
      addTo(types, TYPES[dtype] ?? dtype.toLowerCase(), product(shape));
    }
  }
  const parameters = [...shapes.values()].reduce((total, shape) => total + product(shape), 0);
  return { shapes, parameters, type: mostOf(types), size: await sizeOf(folder, files) };
}

async function shards(folder: string, names: readonly string[]): Promise<string[]> {
  const path = join(folder, INDEX);
  const parsed = indexSchema.safeParse(await readJson(path));
  if (!parsed.success) throw invalidJson(path, z.prettifyError(parsed.error));
  const files = [...new Set(Object.values(parsed.data.weight_map))].sort();
  for (const file of files) {
    if (basename(file) !== file) throw invalidJson(path, l10n`it names a file outside the folder: ${file}`);
    if (!names.includes(file)) throw missing(folder, file);
  }
  return files;
}

function requireTokenizer(folder: string, names: readonly string[]): void {
  if (!names.includes('tokenizer.json')) throw missing(folder, 'tokenizer.json');
}

function missing(folder: string, file: string): SoftpromptError {
  return new SoftpromptError('model-missing', l10n`The model is not complete: ${file} is missing.`, {
    place: { file: folder },
    hint: l10n`Download the missing file from where the model came from.`,
  });
}

async function sizeOf(folder: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.size ?? 0),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
