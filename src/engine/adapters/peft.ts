import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { ModelKind } from '../../protocol/models';
import type { Placement, ResolvedTask } from '../../protocol/taskFile';
import { replaceFile } from '../durableFile';
import type { ClassHead } from '../prompt/tokenRow';
import { openSafetensors } from '../safetensors';
import { writeSafetensors } from '../safetensorsWriter';
import { readPlacement, writePlacement } from './placement';

// Prompt tuning as PEFT stores it: https://github.com/huggingface/peft, src/peft/tuners/prompt_tuning.

/** The version whose files these are; PEFT warns where it meets fields that it does not know. */
const PEFT_VERSION = '0.21.2';
const CONFIG_FILE = 'adapter_config.json';
const TENSORS_FILE = 'adapter_model.safetensors';
const TENSOR = 'prompt_embeddings';

/**
 * PEFT's name for what a model of each kind does. It has none for filling in masks: as a feature extractor, the model is handed
 * prompt and row as they are here.
 */
const TASK_TYPES: Readonly<Record<ModelKind, string>> = {
  decoder: 'CAUSAL_LM',
  masked: 'FEATURE_EXTRACTION',
  encoder: 'SEQ_CLS',
  'encoder-decoder': 'SEQ_2_SEQ_LM',
};

/**
 * A class head's place in BERT's model for sequence classification, and PEFT's names for the layers that are saved whole. That
 * model pools in its own way (the first token's state through a further layer): it loads this head, but to get the same answers
 * the rows' states have to be pooled as here.
 */
const HEAD = 'base_model.classifier';
/** PEFT lists them twice. */
const HEAD_MODULES = ['classifier', 'score', 'classifier', 'score'];

export interface PromptToStore {
  /** Row-major [virtualTokens, embeddingSize]. */
  prompt: Float32Array;
  /** Of an encoder without head of its own. */
  head?: ClassHead;
  virtualTokens: number;
  /** What PEFT is to load the adapter onto: a name on the model hub, or a path. */
  baseModel: string;
  model: {
    kind?: ModelKind;
    hiddenSize: number;
    embeddingSize?: number;
    layers: number;
    heads: number;
    encoder?: { layers: number; heads: number };
  };
  init: ResolvedTask['method']['init'];
  /** Before the text unless told: PEFT knows no other place. */
  placement?: Placement;
}

export interface PeftAdapter {
  prompt: Float32Array;
  head?: ClassHead;
  virtualTokens: number;
  /** Width of a virtual token. */
  hiddenSize: number;
  baseModel: string | null;
  placement: Placement;
}

/**
 * Writes `adapter_config.json` and `adapter_model.safetensors`, byte for byte as PEFT would. Where the virtual tokens stand behind the
 * text, which these files cannot say, two more: one to be read back, one for people.
 */
export async function writePeftAdapter(folder: string, stored: PromptToStore): Promise<void> {
  const { prompt, head, virtualTokens, baseModel, model, init } = stored;
  const width = model.embeddingSize ?? model.hiddenSize;
  // To PEFT an encoder-decoder's layers and heads are those of its encoder.
  const { layers, heads } = model.encoder ?? model;
  // Python's json.dumps(indent=2, sort_keys=True): the keys stand here in that order.
  const config = {
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    modules_to_save: head ? HEAD_MODULES : null,
    num_attention_heads: heads,
    num_layers: layers,
    num_transformer_submodules: 1,
    num_virtual_tokens: virtualTokens,
    peft_type: 'PROMPT_TUNING',
    peft_version: PEFT_VERSION,
    prompt_tuning_init:
      init.from === 'text' ? 'TEXT' : init.from === 'vocabulary' ? 'SAMPLE_VOCAB' : 'RANDOM',
    prompt_tuning_init_text: init.from === 'text' ? init.text : null,
    revision: null,
    task_type: TASK_TYPES[model.kind ?? 'decoder'],
    token_dim: width,
    tokenizer_kwargs: null,
    tokenizer_name_or_path: init.from === 'text' ? baseModel : null,
  };
  await mkdir(folder, { recursive: true });
  await writeSafetensors(
    join(folder, TENSORS_FILE),
    {
      ...(head && {
        [`${HEAD}.bias`]: { shape: [head.bias.length], data: head.bias },
        [`${HEAD}.weight`]: { shape: [head.bias.length, model.hiddenSize], data: head.weight },
      }),
      [TENSOR]: { shape: [virtualTokens, width], data: prompt },
    },
    { format: 'pt' },
  );
  // The configuration comes last: an adapter that has one is whole.
  await writePlacement(folder, stored.placement ?? 'before');
  await replaceFile(join(folder, CONFIG_FILE), inAscii(JSON.stringify(config, null, 2)));
}

/** As Python's json writes text: everything beyond ASCII escaped. */
function inAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const configSchema = z.looseObject({
  peft_type: z.string(),
  task_type: z.string().nullish(),
  base_model_name_or_path: z.string().nullish(),
  num_virtual_tokens: z.int().min(1),
  num_transformer_submodules: z.int().nullish(),
  token_dim: z.int().min(1).nullish(),
});

/**
 * Reads a prompt tuning adapter, whoever wrote it. `hiddenSize` and `embeddingSize` are those of the model it is meant for.
 * Throws SoftpromptError('run-invalid') that says what does not fit.
 */
export async function readPeftAdapter(
  folder: string,
  expected: { hiddenSize?: number; embeddingSize?: number } = {},
): Promise<PeftAdapter> {
  const config = await readConfig(join(folder, CONFIG_FILE));
  const { prompt, head } = await readTensors(folder);
  const virtualTokens = config.num_virtual_tokens;
  const hiddenSize = prompt.shape[1] ?? 0;
  if (prompt.shape.length !== 2 || prompt.shape[0] !== virtualTokens) {
    throw invalid(
      join(folder, TENSORS_FILE),
      l10n`${TENSOR} has shape [${prompt.shape.join(', ')}], but ${CONFIG_FILE} says ${virtualTokens} virtual tokens`,
    );
  }
  const width = expected.embeddingSize ?? expected.hiddenSize;
  if (width !== undefined && hiddenSize !== width) {
    throw invalid(
      join(folder, TENSORS_FILE),
      l10n`The adapter's virtual tokens are ${hiddenSize} wide, the model's hidden size is ${width}`,
      config.base_model_name_or_path
        ? l10n`It was made for ${config.base_model_name_or_path}: use it with that model.`
        : l10n`It was made for another model: use it with that model.`,
    );
  }
  return {
    prompt: prompt.values,
    ...(head && { head }),
    virtualTokens,
    hiddenSize,
    baseModel: config.base_model_name_or_path ?? null,
    placement: await readPlacement(folder),
  };
}

async function readConfig(file: string) {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw invalid(
      file,
      l10n`The adapter's configuration cannot be read: ${(cause as Error).message}`,
      undefined,
      cause,
    );
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) throw invalid(file, z.prettifyError(parsed.error));
  const { peft_type, task_type, num_transformer_submodules } = parsed.data;
  if (peft_type !== 'PROMPT_TUNING') {
    throw invalid(
      file,
      l10n`The adapter is of type ${peft_type}`,
      l10n`Only PROMPT_TUNING adapters can be read.`,
    );
  }
  const known = Object.values(TASK_TYPES);
  if (!known.includes(task_type ?? 'CAUSAL_LM') || (num_transformer_submodules ?? 1) !== 1) {
    throw invalid(
      file,
      l10n`The adapter is for ${String(task_type)}`,
      l10n`Adapters with one prompt can be read, for: ${known.join(', ')}.`,
    );
  }
  return parsed.data;
}

async function readTensors(folder: string) {
  const file = join(folder, TENSORS_FILE);
  if (!(await exists(file))) {
    const hint = (await exists(join(folder, 'adapter_model.bin')))
      ? l10n`The folder holds adapter_model.bin, a Python pickle: save it again with safe_serialization=True.`
      : undefined;
    throw invalid(file, l10n`The adapter has no such file`, hint);
  }
  const { tensors, close } = await openSafetensors(file);
  try {
    const tensor = tensors.get(TENSOR);
    if (!tensor) {
      const names = [...tensors.keys()].join(', ');
      throw invalid(
        file,
        names ? l10n`There is no ${TENSOR} in it, only ${names}` : l10n`There is nothing in it`,
      );
    }
    const prompt = { shape: tensor.shape, values: await tensor.read() };
    const weight = tensors.get(`${HEAD}.weight`);
    const bias = tensors.get(`${HEAD}.bias`);
    if (!weight || !bias) return { prompt };
    if (weight.shape.length !== 2 || bias.shape.length !== 1 || weight.shape[0] !== bias.shape[0]) {
      throw invalid(
        file,
        l10n`${HEAD} has a weight of shape [${weight.shape.join()}] and a bias of shape [${bias.shape.join()}]`,
      );
    }
    return { prompt, head: { weight: await weight.read(), bias: await bias.read() } };
  } finally {
    await close();
  }
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function invalid(file: string, message: string, hint?: string, cause?: unknown): SoftpromptError {
  return new SoftpromptError('run-invalid', `${message}.`, { place: { file }, hint, cause });
}
