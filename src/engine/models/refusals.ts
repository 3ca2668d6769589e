import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';

/** Why a model cannot be tuned, in words: `it is a mixture of experts (mixtral)`, and what to do instead. */
export interface Refusal {
  reason: string;
  hint: string;
}

interface Kind {
  what: string;
  /** Names as config.json's `model_type` and GGUF's `general.architecture` write them. */
  architectures: RegExp;
  hint: string;
}

/** Architectures that are refused by name. The first that fits counts: models for pictures may have experts too. */
const KINDS: readonly Kind[] = [
  {
    what: 'a model for pictures or sound',
    architectures:
      /(^|[_-])(vl|vision|vlm|audio|omni|multimodal)\d*([_-]|$)|llava|clip|whisper|wav2vec|hubert|qwen\d*_?\d*vl|gemma3n|paligemma|idefics|mllama|internvl|pixtral|smolvlm|minicpmv|phi3_v|blip|(^|_)vit(_|$)|florence|siglip|clap(_|$)|cogvlm|detr$|musicgen|encodec|speech|vits$|seamless|moonshine|fuyu|kosmos|janus|chameleon/,
    hint: 'Take a model for text alone.',
  },
  {
    what: 'a state-space or recurrent model',
    architectures:
      /mamba|rwkv|jamba|zamba|bamba|recurrent_?gemma|xlstm|falcon[_-]h1|nemotron[_-]h|granite-?_?moe-?_?hybrid|granitehybrid|plamo2|lfm2|retnet|hyena|qwen3_?next|qwen3_?5|olmo_hybrid|kimi_linear|minimax$/,
    hint: 'Take a transformer: its whole state is keys and values.',
  },
  {
    what: 'a mixture of experts',
    architectures:
      /moe|mixtral|deepseek(_v\d+|\d)?$|dbrx|grok|arctic|switch_transformers|gpt[_-]oss|llama4|kimi|dots1|bailing|longcat|minimax/,
    hint: 'Take a dense model, often a smaller one of the same family.',
  },
];

/** Why an architecture is refused by its name; undefined where it is not. */
export function refusalOfArchitecture(architecture: string): Refusal | undefined {
  const name = architecture.toLowerCase();
  const kind = KINDS.find(({ architectures }) => architectures.test(name));
  return kind && { reason: `it is ${kind.what} (${architecture})`, hint: kind.hint };
}

const EXPERTS = kindNamed('a mixture of experts');
const PICTURES = kindNamed('a model for pictures or sound');

function kindNamed(what: string): Kind {
  return KINDS.find((kind) => kind.what === what)!;
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
      reason: `it is ${PICTURES.what} (${name})`,
      hint: 'Take a model for text alone; many such models come as GGUF files with the text part alone.',
    };
  }
  const byName = refusalOfArchitecture(name);
  if (byName) return byName;
  const count = config.num_local_experts ?? config.num_experts ?? config.n_routed_experts ?? 0;
  if (count > 1) return { reason: `it is ${EXPERTS.what} (${name}, ${count} experts)`, hint: EXPERTS.hint };
  if (quantised) {
    return {
      reason: `its weights are quantised by ${quantised.quant_method ?? 'a method of their own'} (${name})`,
      hint: 'Take the model it was made from, or a GGUF file: those are read in most quantisations.',
    };
  }
  if (mlx) {
    return {
      reason: `its weights are quantised for MLX (${name})`,
      hint: 'Take the model it was made from, or a GGUF file: those are read in most quantisations.',
    };
  }
  return undefined;
}

/** Why the model of a GGUF file cannot be tuned, whatever family it belongs to. */
export function refusalOfGguf(metadata: ReadonlyMap<string, unknown>): Refusal | undefined {
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') return undefined;
  if (metadata.get('general.type') === 'mmproj' || metadata.has('clip.has_vision_encoder')) {
    return {
      reason: 'it is the part of a model that reads pictures or sound',
      hint: 'Take the GGUF file of the language model beside it.',
    };
  }
  if (metadata.get('general.type') === 'adapter') {
    return { reason: 'it is an adapter, not a model', hint: 'Take the model that it was made for.' };
  }
  const byName = refusalOfArchitecture(architecture);
  if (byName) return byName;
  const count = metadata.get(`${architecture}.expert_count`);
  return typeof count === 'number' && count > 1
    ? { reason: `it is ${EXPERTS.what} (${architecture}, ${count} experts)`, hint: EXPERTS.hint }
    : undefined;
}

/** Weights in forms that are not read, by the names of a folder's files. First those that say most. */
const FILES: readonly { name: RegExp; refusal: Refusal }[] = [
  {
    name: /^pytorch_model.*\.bin(\.index\.json)?$|\.(pt|pth|ckpt)$/,
    refusal: {
      reason:
        'its weights are a PyTorch pickle (pytorch_model.bin), which can run any program when it is read',
      hint: 'Take the model as safetensors, or save it so: model.save_pretrained(folder) in current Transformers.',
    },
  },
  {
    name: /^(weights.*\.npz|.*\.mlx)$/,
    refusal: {
      reason: 'its weights are in the form of MLX',
      hint: 'Take the model as safetensors or as a GGUF file.',
    },
  },
  {
    name: /^(tf_model\.h5|flax_model\.msgpack|rust_model\.ot)$/,
    refusal: {
      reason: 'its weights are for TensorFlow, Flax or Rust',
      hint: 'Take the model as safetensors.',
    },
  },
];

/** Why a folder without safetensors, GGUF or ONNX files cannot be tuned: what else it holds. */
export function refusalOfFiles(names: readonly string[]): Refusal | undefined {
  return FILES.find(({ name }) => names.some((file) => name.test(file)))?.refusal;
}

/** A refusal as an error of the model's file or folder. */
export function refusalError(file: string, { reason, hint }: Refusal): SoftpromptError {
  return new SoftpromptError('model-unsupported', `This model cannot be tuned: ${reason}.`, {
    place: { file },
    hint,
  });
}

/** For an architecture that nobody refuses and nobody knows; `supported`: those that can be tuned, by name. */
export function unknownArchitecture(architecture: string, supported: readonly string[]): Refusal {
  return {
    reason: `its architecture (${architecture}) is not known`,
    hint: `These can be tuned: ${supported.join(', ')}.`,
  };
}
