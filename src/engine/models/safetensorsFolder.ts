import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { openSafetensors, type SafetensorsFile } from '../safetensors';
import type { Checkpoint } from './checkpoint';
import { familyOfModelType } from './families/families';
import { parseSettings } from './families/settings';
import { hashSamples } from './fingerprint';
import { invalidJson, readJson } from './modelJson';
import { modelName } from './modelName';
import { readPooling } from './pooling';
import { refusalError, refusalOfConfig, refusalOfFiles } from './refusals';
import { tokenizerFromFolder } from './tokenizers/folder';
import { countParameters, type FileTensor, gatherWeights } from './weights';

const CONFIG = 'config.json';
const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Enough to tell files apart: safetensors headers of small models are smaller, of large ones full of names. */
const HASHED_HEADER_BYTES = 2 ** 16;

const typeSchema = z.looseObject({ model_type: z.string() });
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Opens a folder as Transformers' save_pretrained writes it: config.json, one or several safetensors files. */
export async function openSafetensorsFolder(folder: string): Promise<Checkpoint> {
  const settings = join(folder, CONFIG);
  const json = await readJson(settings);
  const refusal = refusalOfConfig(json);
  if (refusal) throw refusalError(settings, refusal);
  const { model_type } = parseSettings(typeSchema, json, { file: settings });
  const family = familyOfModelType(model_type, settings);
  const { files, weightMap } = await findShards(folder);
  const opened: SafetensorsFile[] = [];
  const close = async () => {
    await Promise.all(opened.map((file) => file.close()));
  };
  try {
    const tensors = new Map<string, FileTensor>();
    for (const file of files) {
      const shard = await openSafetensors(join(folder, file));
      opened.push(shard);
      for (const [name, tensor] of shard.tensors) {
        if (!weightMap || weightMap[name] === file) tensors.set(name, tensor);
      }
    }
    const architecture = family.fromConfig(json, {
      file: settings,
      shapeOf: (name) => tensors.get(name)?.shape,
    });
    const { model } = architecture;
    if (model.config.kind === 'encoder') model.config.pooling = await readPooling(folder);
    const weights = gatherWeights(architecture, tensors, join(folder, files.length > 1 ? INDEX : SINGLE));
    return {
      path: folder,
      format: 'safetensors',
      name: modelName(resolve(folder)),
      fingerprint: await fingerprint(folder, files),
      config: model.config,
      parameters: countParameters(weights),
      model,
      weights,
      tokenizer: () => tokenizerFromFolder(folder, model.config.kind),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function findShards(folder: string): Promise<{ files: string[]; weightMap?: Record<string, string> }> {
  if (await exists(join(folder, SINGLE))) return { files: [SINGLE] };
  const path = join(folder, INDEX);
  if (!(await exists(path))) {
    const refusal = refusalOfFiles(await readdir(folder));
    if (refusal) throw refusalError(folder, refusal);
    throw new SoftpromptError('model-missing', l10n`The folder has neither ${SINGLE} nor ${INDEX}.`, {
      place: { file: folder },
      hint: l10n`A model folder holds config.json, tokenizer.json and model.safetensors.`,
    });
  }
  const parsed = indexSchema.safeParse(await readJson(path));
  if (!parsed.success) throw invalidJson(path, z.prettifyError(parsed.error));
  const weightMap = parsed.data.weight_map;
  const files = [...new Set(Object.values(weightMap))].sort();
  for (const file of files) {
    // An index names files of its own folder, and no others.
    if (basename(file) !== file) throw invalidJson(path, l10n`it names a file outside the folder: ${file}`);
    if (await exists(join(folder, file))) continue;
    throw new SoftpromptError('model-missing', l10n`The model is not complete: ${file} is missing.`, {
      place: { file: folder },
      hint: l10n`Download the missing file from where the model came from.`,
    });
  }
  return { files, weightMap };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function fingerprint(folder: string, files: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [CONFIG, ...files]) {
    hash.update(`${file}\n`);
    const handle = await open(join(folder, file), 'r');
    try {
      await hashSamples(hash, handle, Math.min(HASHED_HEADER_BYTES, (await handle.stat()).size));
    } finally {
      await handle.close();
    }
  }
  return hash.digest('hex');
}
