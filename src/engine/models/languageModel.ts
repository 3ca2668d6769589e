import type { Graph } from '../graph/graph';
import type { ModelConfig } from './checkpoint';

/** A layer's keys and values, as value names in a stage's graph: [rows, heads, tokens, head size]. */
export interface KeyValuePorts {
  keys: string;
  values: string;
}

/** Sizes that are known only when a stage runs, as they appear in its graph. */
export const SIZES = {
  /** Rows that go through together. */
  rows: 'rows',
  /** Tokens of the longest row. */
  length: 'length',
  /** Tokens of what stands before the rows. */
  past: 'past',
  /** Positions in the rotary tables. */
  places: 'places',
  /** 1 where all rows have the same attention mask. */
  maskRows: 'maskRows',
} as const;

/** Some consecutive layers of a model as one graph, with named ports. */
export interface Stage {
  graph: Graph;
  ports: {
    /** In: [rows, length, hidden size]; embeddings for the first stage. */
    hidden: string;
    /** In: [rows, length] int64, counted from the first virtual token. */
    positions: string;
    /** In: [maskRows, 1, length, length + past], 0 where a token may look and a large negative number where not. */
    mask: string;
    /** In: int64 [rows, 1, 1, 1], what a shared past is widened to. */
    rowsShape: string;
    /** In: [places, head size / 2], cos and sin of each position's angles. */
    cosines: string;
    sines: string;
    /** In, a pair a layer, one for all rows: [1, heads, past, head size]. */
    past: KeyValuePorts[];
    /** Out, a pair a layer: past and new together. */
    present: KeyValuePorts[];
    /** Out: [rows, length, hidden size]. */
    output: string;
  };
}

/** From a hidden state to logits over some words. */
export interface Head {
  graph: Graph;
  ports: {
    /** In: [readouts, hidden size]. */
    hidden: string;
    /** In, where the head is for chosen words only: their rows of the output matrix, [words, hidden size]. */
    words?: string;
    /** Out: [readouts, words]. */
    logits: string;
  };
}

/**
 * A language model, whatever it was loaded from: graphs with named ports that methods and evaluation act on. Weights
 * are named by the checkpoint's tensors.
 */
export interface LanguageModel {
  config: ModelConfig;
  /** Tensor with a row a token: [vocabulary, hidden size]. */
  embeddings: string;
  /** Tensor with a row a word, which makes logits: [vocabulary, hidden size]. */
  outputMatrix: string;
  /** Rotary angle per position of each pair of dimensions: [head size / 2]. */
  rotaryFrequencies: Float64Array;
  /** Layers `from` to `to` (not included) as one graph. */
  stage(from: number, to: number): Stage;
  /** `all`: over the whole vocabulary. `chosen`: over words that are given each time. */
  head(words: 'all' | 'chosen'): Head;
}
