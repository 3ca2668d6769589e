import type { Tokenizer } from './tokenizer';

/** One tensor of a model file, read when asked for. */
export interface TensorEntry {
  name: string;
  shape: number[];
  /** The values as float32, dequantised, row-major in `shape`. Reads the file each time: nothing is kept. */
  read(): Promise<Float32Array>;
}

/**
 * The shape of a Llama-family model, in the words of Hugging Face's config.json. Readers of other formats translate.
 */
export interface ModelConfig {
  /** Architecture family, a key of the builders' table: `llama`. */
  architecture: string;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  vocabularySize: number;
  /** Longest sequence the model was made for, in tokens. */
  contextLength: number;
  ropeTheta: number;
  normEpsilon: number;
  /** The output head is the token embedding table. */
  tiedHead: boolean;
}

/**
 * A model file or folder, opened: whatever the format, tensors have Hugging Face's names and layouts
 * (`model.layers.0.self_attn.q_proj.weight`, [out, in], half-split rotary).
 */
export interface Checkpoint {
  path: string;
  format: 'gguf' | 'safetensors';
  /** Display name. */
  name: string;
  /** Changes when the files change: sha256 over names, sizes, headers and samples of the content. */
  fingerprint: string;
  config: ModelConfig;
  parameters: number;
  tensors: ReadonlyMap<string, TensorEntry>;
  tokenizer(): Promise<Tokenizer>;
  close(): Promise<void>;
}
