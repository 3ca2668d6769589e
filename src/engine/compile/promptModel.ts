import type { ModelConfig } from '../models/checkpoint';
import type { TokenBatch, Words } from '../prompt/tokenRow';

/**
 * Keys and values of a prefix that all rows share, one pair a layer: of the soft prompt, or of a hard prompt's tokens.
 * A causal model computes it once, whatever the number of rows.
 */
export interface Prefix {
  readonly length: number;
  readonly layers: readonly { keys: Float32Array; values: Float32Array }[];
}

/** Asked between two pieces of work of some tens of milliseconds; rejects to stop. */
export type Breathe = () => Promise<void>;

/**
 * A base model compiled for prompts: everything that tuning, evaluation and generation ask of it. Embeddings are
 * row-major [tokens, hiddenSize] float32.
 */
export interface PromptModel {
  readonly config: ModelConfig;

  /** Rows of the token embedding table: [ids.length, hiddenSize]. */
  embed(ids: ArrayLike<number>): Float32Array;

  /** Keys and values of `embeddings` (a soft prompt, or `embed` of tokens), standing after `before` where given. */
  prefix(embeddings: Float32Array, before?: Prefix): Promise<Prefix>;

  /** Logits at the batch's readouts: [readouts, words]. `prefix` null: nothing stands before the rows. */
  logits(batch: TokenBatch, words: Words, prefix: Prefix | null): Promise<Float32Array>;

  /** As `logits`, but the log-probability of each readout's target alone, over the words: [readouts]. */
  logProbabilities(batch: TokenBatch, words: Words, prefix: Prefix | null): Promise<Float32Array>;

  /**
   * Loss and gradient of one step: the mean cross-entropy over all readouts of all batches, each batch being one
   * micro-batch, and its derivative by the soft prompt [virtual tokens, hiddenSize].
   */
  gradient(
    prompt: Float32Array,
    batches: readonly TokenBatch[],
    words: Words,
  ): Promise<{ loss: number; gradient: Float32Array }>;

  /** Greedy continuation of each row, until `stop` or `maxTokens`; the stop token is not part of the answer. */
  generate(
    rows: readonly Int32Array[],
    prefix: Prefix | null,
    options: { maxTokens: number; stop: readonly number[] },
  ): Promise<number[][]>;

  /** Called between sessions, so that pause and cancel answer quickly. */
  breathe: Breathe | null;

  close(): Promise<void>;
}
