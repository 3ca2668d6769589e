import type { ElementType } from '../graph/graph';
import type { LanguageModel } from './languageModel';
import type { ModelConfig } from './modelConfig';
import type { Tokenizer } from './tokenizer';

/** One tensor of a model file, read when asked for. */
export interface TensorEntry {
  name: string;
  shape: number[];
  /** float32 unless told. */
  type?: ElementType;
  /**
   * The values, row-major in `shape`: float32 (dequantised) unless `type` says otherwise, then their bytes. Reads the file each
   * time: nothing is kept.
   */
  read(): Promise<Float32Array | Uint8Array>;
}

/** A model file or folder, opened: whatever the format and family, a model's graphs and the weights that they ask for. */
export interface Checkpoint {
  path: string;
  format: 'gguf' | 'safetensors' | 'onnx';
  /** Display name. */
  name: string;
  /** Changes when the files change: sha256 over names, sizes, headers and samples of the content. */
  fingerprint: string;
  config: ModelConfig;
  parameters: number;
  model: LanguageModel;
  /** By the names that the model's graphs have for them. */
  weights: ReadonlyMap<string, TensorEntry>;
  tokenizer(): Promise<Tokenizer>;
  close(): Promise<void>;
}
