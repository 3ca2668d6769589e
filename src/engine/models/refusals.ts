import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';

/** Why a model cannot be tuned, in words: `it is a mixture of experts (mixtral)`, and what to do instead. */
export interface Refusal {
  reason: string;
  hint: string;
}

interface Kind {
  /** Names as config.json's `model_type` and GGUF's `general.architecture` write them. */
  architectures: RegExp;
  refusal(architecture: string): Refusal;
}

const PICTURES: Kind = {
  architectures:
    /(^|[_-])(vl|vision|vlm|audio|omni|multimodal)\d*([_-]|$)|llava|clip|whisper|wav2vec|hubert|qwen\d*_?\d*vl|gemma3n|paligemma|idefics|mllama|internvl|pixtral|smolvlm|minicpmv|phi3_v|blip|(^|_)vit(_|$)|florence|siglip|clap(_|$)|cogvlm|detr$|musicgen|encodec|speech|vits$|seamless|moonshine|fuyu|kosmos|janus|chameleon/,
  refusal: (architecture) => ({
    reason: l10n`it is a model for pictures or sound (${architecture})`,
    hint: l10n`Take a model for text alone.`,
  }),
};

const RECURRENT: Kind = {
  architectures:
    /mamba|rwkv|jamba|zamba|bamba|recurrent_?gemma|xlstm|falcon[_-]h1|nemotron[_-]h|granite-?_?moe-?_?hybrid|granitehybrid|plamo2|lfm2|retnet|hyena|qwen3_?next|qwen3_?5|olmo_hybrid|kimi_linear|minimax$/,
  refusal: (architecture) => ({
    reason: l10n`it is a state-space or recurrent model (${architecture})`,
    hint: l10n`Take a transformer: its whole state is keys and values.`,
  }),
};

const EXPERTS: Kind = {
  architectures:
    /moe|mixtral|deepseek(_v\d+|\d)?$|dbrx|grok|arctic|switch_transformers|gpt[_-]oss|llama4|kimi|dots1|bailing|longcat|minimax/,
  refusal: (architecture) => ({
    reason: l10n`it is a mixture of experts (${architecture})`,
    hint: l10n`Take a dense model, often a smaller one of the same family.`,
  }),
};

/** Architectures that are refused by name. The first that fits counts: models for pictures may have experts too. */
const KINDS = [PICTURES, RECURRENT, EXPERTS];

/** Why an architecture is refused by its name; undefined where it is not. */
export function refusalOfArchitecture(architecture: string): Refusal | undefined {
  const name = architecture.toLowerCase();
  return KINDS.find(({ architectures }) => architectures.test(name))?.refusal(architecture);
}

function refusalOfExperts(architecture: string, count: number): Refusal | undefined {
  return count > 1 ? EXPERTS.refusal(l10n`${architecture}, ${count} experts`) : undefined;
}

const present = z.unknown().optional();
const experts = z.number().nullish().catch(null);
/** What tells in a config.json, beside its name. Anything else is not looked at, and wrong types say nothing. */
const configSchema = z.looseObject({
  model_type: z.string().optional().catch(undefined),
  vision_config: present,
  audio_config: present,
  num_local_experts: experts,
  num_experts: experts,
  n_routed_experts: experts,
  quantization_config: z
    .looseObject({ quant_method: z.string().optional().catch(undefined) })
    .nullish()
    .catch({}),
  quantization: z.looseObject({ group_size: z.number() }).nullish().catch(null),
});

/** Why the model of a config.json cannot be tuned, whatever family it belongs to. */
export function refusalOfConfig(json: unknown): Refusal | undefined {
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const config = parsed.data;
  const name = config.model_type ?? 'unknown';
  const { quantization_config: quantised, quantization: mlx } = config;
  if (config.vision_config || config.audio_config) {
    return {
      ...PICTURES.refusal(name),
      hint: l10n`Take a model for text alone; many such models come as GGUF files with the text part alone.`,
    };
  }
  const count = config.num_local_experts ?? config.num_experts ?? config.n_routed_experts ?? 0;
  const refusal = refusalOfArchitecture(name) ?? refusalOfExperts(name, count);
  if (refusal) return refusal;
  if (quantised) {
    return {
      reason: quantised.quant_method
        ? l10n`its weights are quantised by ${quantised.quant_method} (${name})`
        : l10n`its weights are quantised by a method of their own (${name})`,
      hint: fromQuantised(),
    };
  }
  if (mlx) {
    return {
      reason: l10n`its weights are quantised for MLX (${name})`,
      hint: fromQuantised(),
    };
  }
  return undefined;
}

const fromQuantised = (): string =>
  l10n`Take the model it was made from, or a GGUF file: those are read in most quantisations.`;

/** Why the model of a GGUF file cannot be tuned, whatever family it belongs to. */
export function refusalOfGguf(metadata: ReadonlyMap<string, unknown>): Refusal | undefined {
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') return undefined;
  if (metadata.get('general.type') === 'mmproj' || metadata.has('clip.has_vision_encoder')) {
    return {
      reason: l10n`it is the part of a model that reads pictures or sound`,
      hint: l10n`Take the GGUF file of the language model beside it.`,
    };
  }
  if (metadata.get('general.type') === 'adapter') {
    return { reason: l10n`it is an adapter, not a model`, hint: l10n`Take the model that it was made for.` };
  }
  const count = metadata.get(`${architecture}.expert_count`);
  return (
    refusalOfArchitecture(architecture) ??
    refusalOfExperts(architecture, typeof count === 'number' ? count : 0)
  );
}

/** Weights in forms that are not read, by the names of a folder's files. First those that say most. */
const FILES: readonly { name: RegExp; refusal(): Refusal }[] = [
  {
    name: /^pytorch_model.*\.bin(\.index\.json)?$|\.(pt|pth|ckpt)$/,
    refusal: () => ({
      reason: l10n`its weights are a PyTorch pickle (pytorch_model.bin), which can run any program when it is read`,
      hint: l10n`Take the model as safetensors, or save it so: model.save_pretrained(folder) in current Transformers.`,
    }),
  },
  {
    name: /^(weights.*\.npz|.*\.mlx)$/,
    refusal: () => ({
      reason: l10n`its weights are in the form of MLX`,
      hint: l10n`Take the model as safetensors or as a GGUF file.`,
    }),
  },
  {
    name: /^(tf_model\.h5|flax_model\.msgpack|rust_model\.ot)$/,
    refusal: () => ({
      reason: l10n`its weights are for TensorFlow, Flax or Rust`,
      hint: l10n`Take the model as safetensors.`,
    }),
  },
];

/** Why a folder without safetensors, GGUF or ONNX files cannot be tuned: what else it holds. */
export function refusalOfFiles(names: readonly string[]): Refusal | undefined {
  return FILES.find(({ name }) => names.some((file) => name.test(file)))?.refusal();
}

/** A model that cannot be tuned: in words by themselves, and the reason for a list of models. */
export class RefusalError extends SoftpromptError {
  constructor(
    file: string,
    message: string,
    readonly refusal: Refusal,
  ) {
    super('model-unsupported', message, { place: { file }, hint: refusal.hint });
  }
}

/** A refusal as an error of the model's file or folder. */
export function refusalError(file: string, refusal: Refusal): RefusalError {
  return new RefusalError(file, l10n`This model cannot be tuned: ${refusal.reason}.`, refusal);
}

/** A refusal of what may be read one day. */
export function notYetError(file: string, refusal: Refusal): RefusalError {
  return new RefusalError(file, l10n`This model cannot be tuned yet: ${refusal.reason}.`, refusal);
}

/** For an architecture that nobody refuses and nobody knows; `supported`: those that can be tuned, by name. */
export function unknownArchitecture(architecture: string, supported: readonly string[]): Refusal {
  return {
    reason: l10n`its architecture (${architecture}) is not known`,
    hint: l10n`These can be tuned: ${supported.join(', ')}.`,
  };
}
