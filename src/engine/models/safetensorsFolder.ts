import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { openSafetensors, type SafetensorsFile } from '../safetensors';
import type { Checkpoint, ModelConfig, TensorEntry } from './checkpoint';
import { hashSamples } from './fingerprint';
import { checkLlamaTensors, unsupportedModel } from './llamaTensors';
import { invalidJson, readJson } from './modelJson';
import { tokenizerFromFolder } from './tokenizerFolder';

const CONFIG = 'config.json';
const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Enough to tell files apart: safetensors headers of small models are smaller, of large ones full of names. */
const HASHED_HEADER_BYTES = 2 ** 16;

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Opens a folder as Transformers' save_pretrained writes it: config.json, one or several safetensors files. */
export async function openSafetensorsFolder(folder: string): Promise<Checkpoint> {
  const config = parseConfig(await readJson(join(folder, CONFIG)), join(folder, CONFIG));
  const { files, weightMap } = await findShards(folder);
  const opened: SafetensorsFile[] = [];
  const close = async () => {
    await Promise.all(opened.map((file) => file.close()));
  };
  try {
    const tensors = new Map<string, TensorEntry>();
    let parameters = 0;
    for (const file of files) {
      const shard = await openSafetensors(join(folder, file));
      opened.push(shard);
      for (const [name, tensor] of shard.tensors) {
        if (weightMap && weightMap[name] !== file) continue;
        // Saved by some exporters beside the table it repeats; rotary frequencies are computed, not read.
        if ((name === 'lm_head.weight' && config.tiedHead) || name.endsWith('.rotary_emb.inv_freq')) continue;
        tensors.set(name, { name, shape: tensor.shape, read: () => tensor.read() });
        parameters += tensor.shape.reduce((product, length) => product * length, 1);
      }
    }
    checkLlamaTensors(join(folder, files.length > 1 ? INDEX : SINGLE), config, tensors);
    return {
      path: folder,
      format: 'safetensors',
      name: basename(resolve(folder)),
      fingerprint: await fingerprint(folder, files),
      config,
      parameters,
      tensors,
      tokenizer: () => tokenizerFromFolder(folder),
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
    throw new SoftpromptError('model-missing', `The folder has neither ${SINGLE} nor ${INDEX}.`, {
      place: { file: folder },
      hint: 'Models saved as pytorch_model.bin must be saved as safetensors first.',
    });
  }
  const parsed = indexSchema.safeParse(await readJson(path));
  if (!parsed.success) throw invalidJson(path, z.prettifyError(parsed.error));
  const weightMap = parsed.data.weight_map;
  const files = [...new Set(Object.values(weightMap))].sort();
  for (const file of files) {
    // An index names files of its own folder, and no others.
    if (basename(file) !== file) throw invalidJson(path, `it names a file outside the folder: ${file}`);
    if (await exists(join(folder, file))) continue;
    throw new SoftpromptError('model-missing', `The model is not complete: ${file} is missing.`, {
      place: { file: folder },
      hint: 'Download the missing file from where the model came from.',
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

const count = z
  .int()
  .positive()
  .max(2 ** 24);

/** Transformers 4 wrote `rope_theta` and `rope_scaling`, Transformers 5 writes `rope_parameters`. */
const ropeSchema = z.looseObject({ rope_type: z.string().optional(), type: z.string().optional() });

const configSchema = z.object({
  model_type: z.string(),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count,
  rms_norm_eps: z.number().positive(),
  hidden_act: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.extend({ rope_theta: z.number().positive().optional() }).nullish(),
  tie_word_embeddings: z.boolean().optional(),
  attention_bias: z.boolean().optional(),
  mlp_bias: z.boolean().optional(),
  sliding_window: z.number().nullish(),
  quantization_config: z.unknown().optional(),
});

/** Architectures that the Llama builder covers. */
const FAMILY = new Set(['llama', 'mistral']);

/** config.json as a ModelConfig; refuses by name what the model builder does not do. */
export function parseConfig(json: unknown, file: string): ModelConfig {
  const type = z.object({ model_type: z.string() }).safeParse(json);
  if (type.success && !FAMILY.has(type.data.model_type)) {
    throw unsupportedModel(file, `the architecture ${type.data.model_type}`);
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) throw invalidJson(file, z.prettifyError(parsed.error));
  const config = parsed.data;
  const rope = config.rope_parameters ?? config.rope_scaling;
  const ropeType = rope?.rope_type ?? rope?.type ?? 'default';

  if (ropeType !== 'default') throw unsupportedModel(file, `scaled rotary positions (rope_type ${ropeType})`);
  if (config.attention_bias) throw unsupportedModel(file, 'biases in its attention (attention_bias)');
  if (config.mlp_bias) throw unsupportedModel(file, 'biases in its feed-forward layers (mlp_bias)');
  if (config.sliding_window) throw unsupportedModel(file, 'a sliding attention window (sliding_window)');
  if (config.quantization_config) throw unsupportedModel(file, 'quantised weights (quantization_config)');
  if ((config.hidden_act ?? 'silu') !== 'silu') {
    throw unsupportedModel(file, `the activation ${config.hidden_act} (hidden_act)`);
  }
  return {
    architecture: 'llama',
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    keyValueHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headSize: config.head_dim ?? config.hidden_size / config.num_attention_heads,
    vocabularySize: config.vocab_size,
    contextLength: config.max_position_embeddings,
    ropeTheta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000,
    normEpsilon: config.rms_norm_eps,
    tiedHead: config.tie_word_embeddings ?? false,
  };
}
