import type { GgufValue } from '../gguf/header';
import type { LanguageModel } from '../languageModel';

/** Where a weight of ours is in a model's files, and what is done to it. */
export interface Source {
  /** Its name there, or several that are tried in this order. */
  tensor: string | readonly string[];
  /** The file has rows for columns. Done first. */
  transpose?: boolean;
  /** Row of the file for each row of ours: a part of a tensor that joins several, or rows in another order. */
  rows?: (row: number) => number;
  /** Added to every value. */
  add?: number;
}

/** A weight that a family's graphs ask for. */
export interface Parameter {
  /** Our name, the same whatever the file. */
  name: string;
  shape: number[];
  source: Source;
}

/** A model as its settings describe it. */
export interface Architecture {
  model: LanguageModel;
  parameters: Parameter[];
  /** Tensors of the files that say nothing new: buffers, copies of the embedding table. */
  ignored?: (tensor: string) => boolean;
}

/** What a reader of settings is told of the file's tensors, where settings alone do not say all. */
export interface FileTensors {
  file: string;
  shapeOf(tensor: string): readonly number[] | undefined;
  /** Values of a small tensor that says how the model is built: GGUF's `rope_…`. */
  values?(tensor: string): Float32Array | undefined;
}

/** A model family: how its settings are read in each format. One file a family, one line in families.ts. */
export interface Family {
  /** Names in config.json's `model_type`. */
  modelTypes: readonly string[];
  /** Names in GGUF's `general.architecture`. */
  ggufArchitectures: readonly string[];
  /** From config.json. Throws model-invalid for settings that are wrong, model-unsupported for what is not built, by name. */
  fromConfig(json: unknown, tensors: FileTensors): Architecture;
  /** From GGUF metadata, in the same way. */
  fromGguf?(metadata: ReadonlyMap<string, GgufValue>, tensors: FileTensors): Architecture;
}
