import type { Graph } from '../graph/graph';
import type { ModelConfig } from './modelConfig';

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
  /** Tokens of the first row that all other rows look back at. */
  shared: 'shared',
  /** Positions in the rotary tables. */
  places: 'places',
  /** 1 where all rows have the same attention mask. */
  maskRows: 'maskRows',
  /** 1 where all rows have the same positions. */
  bucketRows: 'bucketRows',
  /** Tokens of what the encoder has read, the prompt among them, for a decoder that looks at it. */
  source: 'source',
} as const;

/** What a stage takes beside its hidden states; `compile/sideTensors.ts` makes it from a batch. */
export type SideInput =
  /** int64 [rows, length], counted from the first virtual token. */
  | { kind: 'positions' }
  /** int64 [4], [rows, 1, 1, 1]: what a shared past is widened to. */
  | { kind: 'rowsShape' }
  /** int64 [2], [1, shared]: where the part of the first row ends that all rows look back at. */
  | { kind: 'sharedEnd' }
  /**
   * [maskRows, 1, length, length + past + shared], 0 where a token may look and a large negative number where not. `window`: it sees no
   * further back than this many tokens, itself included.
   */
  | { kind: 'mask'; window?: number }
  /** [rows, 1, 1, source], 0 where the encoder has read a token and a large negative number where it was padded. */
  | { kind: 'sourceMask' }
  /**
   * int64 [bucketRows, length, length + past]: to which of `count` buckets the way from one token to another belongs; ways of
   * `furthest` tokens and more share the last. `bothWays`: tokens behind have buckets of their own (T5, Raffel et al., 2020).
   */
  | { kind: 'buckets'; count: number; furthest: number; bothWays: boolean }
  /** [places, frequencies], cosines or sines of each position's angles, of one of the model's rotary tables. */
  | { kind: 'cosines' | 'sines'; table: number };

export type SidePort = SideInput & { name: string };

/** Angles of rotary positions (RoFormer, Su et al., 2021). */
export interface RotaryTable {
  /** Angle per position of each pair of dimensions. */
  frequencies: Float64Array;
  /** Cosines and sines are multiplied with this (YaRN, Peng et al., 2023); 1 where nothing is said. */
  scale: number;
}

/** Some consecutive layers of a model as one graph, with named ports. */
export interface Stage {
  graph: Graph;
  ports: {
    /** In: [rows, length, hidden size]; for the first stage embeddings, [rows, length, embedding size]. */
    hidden: string;
    side: readonly SidePort[];
    /** In, a pair a layer, one for all rows: [1, heads, past, head size]. None: the model has no cache. */
    past: readonly KeyValuePorts[];
    /** Out, a pair a layer: past and new together. Of an encoder's last stage: see Encoder. */
    present: readonly KeyValuePorts[];
    /** In, a pair a layer, in a decoder behind an encoder: its `present`, [rows, heads, source, head size]. */
    source?: readonly KeyValuePorts[];
    /** Out: [rows, length, hidden size]. */
    output: string;
  };
}

/** Whether a model's layers look back at keys and values that were computed before: all of them do, or none. */
export const hasCache = (model: Pick<LanguageModel, 'stage'>): boolean =>
  model.stage(0, 1).ports.past.length > 0;

/** From a hidden state to logits over some words. */
export interface Head {
  graph: Graph;
  ports: {
    /** In: [readouts, hidden size]. */
    hidden: string;
    /** In, where the head is for chosen words only: their rows of the output matrix, [words, hidden size]. */
    words?: string;
    /** In, for chosen words of a model with an output bias: [words]. */
    wordBiases?: string;
    /** Out: [readouts, words]. */
    logits: string;
  };
}

/** What reads the text in an encoder-decoder. */
export interface Encoder {
  layers: number;
  /**
   * Layers `from` to `to`, without cache. `present` of the last ones: keys and values of the text for each of the decoder's
   * layers, [rows, heads, length, head size]. They are computed once, however many tokens are written.
   */
  stage(from: number, to: number): Stage;
}

/**
 * A language model, whatever it was loaded from: graphs with named ports that methods and evaluation act on. Weights
 * are named as the checkpoint's `weights` are.
 */
export interface LanguageModel {
  config: ModelConfig;
  /** Weight with a row a token: [vocabulary, embedding size]. */
  embeddings: string;
  /** Its rows are multiplied with this before anything else sees them; virtual tokens are learned behind it. */
  embeddingScale?: number;
  /** Weight with a row a word, which makes logits: [vocabulary, width]. */
  outputMatrix: string;
  /** Its width: the hidden size unless told. */
  outputWidth?: number;
  /** Added to the logits: [vocabulary]. */
  outputBias?: string;
  rotary: readonly RotaryTable[];
  /** Reads the text; the stages below are then those of the decoder that writes the answer. */
  encoder?: Encoder;
  /** Layers `from` to `to` (not included) as one graph. */
  stage(from: number, to: number): Stage;
  /** `all`: over the whole vocabulary. `chosen`: over words that are given each time. */
  head(words: 'all' | 'chosen'): Head;
  /**
   * The same model with its hidden states turned by an orthogonal matrix between the layers: no direction stands out then, which
   * is what rounding to 8 bits needs. None: the family's norms do not allow it.
   */
  turned?(): TurnedModel;
}

export interface TurnedModel {
  model: LanguageModel;
  /** Weight that holds the matrix, [hidden size, hidden size]. */
  rotation: string;
  /** By name; others stay as they are. */
  weights: ReadonlyMap<string, TurnedWeight>;
}

/**
 * `reads`: the weight [out, hidden size] is multiplied with the turned stream, and takes over the norm's gain. `writes`: what comes of
 * the weight [hidden size, in], or the bias [hidden size], is added to the turned stream.
 */
export type TurnedWeight = { side: 'reads'; gain: string } | { side: 'writes' };
