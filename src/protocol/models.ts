/** Where a model was found: the catalogue's own folder, or a place that other programs keep models in. */
export type ModelPlace = 'catalogue' | 'cache' | 'hugging-face' | 'ollama' | 'lm-studio' | 'workspace';

/** `masked`: an encoder with the head that fills in masks. `encoder`: one without head. */
export type ModelKind = 'decoder' | 'masked' | 'encoder' | 'encoder-decoder';

/** Kinds of models as people read them. */
export const MODEL_KINDS: Readonly<Record<ModelKind, string>> = {
  decoder: 'decoder',
  masked: 'masked language model',
  encoder: 'encoder without head',
  'encoder-decoder': 'encoder-decoder',
};

export type ModelFormat = 'safetensors' | 'gguf' | 'onnx';

/** Why a model cannot be tuned here, as a sentence. */
export interface Obstacle {
  /** `unsupported`: nobody's fault; `too-large`: for this machine, now; the others: the files are not as they should be. */
  kind: 'unsupported' | 'too-large' | 'incomplete' | 'broken';
  reason: string;
  hint?: string;
}

/** A base model as lists show it. */
export interface ModelSummary {
  /** What a task file calls it: a catalogue name, `ollama:smollm2:135m`, `hf:owner/name`, or a path. */
  name: string;
  title: string;
  place: ModelPlace;
  /** As the files name it, for example `llama`. */
  architecture: string;
  kind?: ModelKind;
  format?: ModelFormat;
  /** 0 when unknown. */
  parameters: number;
  /** As people call it: `Q4_K_M`, `float16`, `int4`, … */
  quantisation?: string;
  licence?: string;
  /** Bytes to download, or bytes on disk. */
  size: number;
  /** Bytes of memory that tuning takes, estimated. */
  memory?: number;
  state: 'available' | 'on-disk';
  /** Where it is, if on disk. */
  path?: string;
  /** Absent where it can be tuned here, as far as its header tells. */
  obstacle?: Obstacle;
}

export interface ModelsListing {
  /** The cache folder. */
  folder: string;
  /** Bytes of memory that are free now. */
  freeMemory: number;
  models: ModelSummary[];
  /** Everything in the cache folder, compiled models included, with bytes. */
  contents: { path: string; kind: 'model' | 'compiled' | 'download'; name: string; size: number }[];
}

export interface PullProgress {
  name: string;
  /** What is being tried, in words: `hub`, `Python wheel`, `checksum`, … */
  source: string;
  received: number;
  /** 0 when unknown. */
  total: number;
}
