import type { ModelConfig } from '../models/modelConfig';
import type { ClassHead, RowContext, TokenBatch, TrainedWords, Words } from '../prompt/tokenRow';

/** What rows find before them: the soft prompt, or a hard prompt's tokens. */
export interface Prefix {
  readonly length: number;
  /** Keys and values are of so many rows, one behind the other; 1, the same for all, unless told. */
  readonly rows?: number;
  /** Its keys and values, a pair a layer: a causal model computes them once, whatever the number of rows. */
  readonly layers: readonly { keys: Float32Array; values: Float32Array }[];
  /** Its vectors, [length, embedding size], in place of them: a model without cache reads them with each row anew. */
  readonly embeddings?: Float32Array;
}

export interface GenerateOptions {
  maxTokens: number;
  stop: readonly number[];
  /** What stands before the virtual tokens of each row, where they stand behind the text; see `behindContexts`. */
  contexts?: readonly RowContext[];
  /** Called after each token with what is written so far to each of the rows that are continued together. */
  onWritten?: (answers: readonly (readonly number[])[]) => void;
  /** What the answers of an encoder-decoder begin with; the model's own start alone unless told. */
  start?: readonly number[];
}

/** Asked between two pieces of work of some tens of milliseconds; rejects to stop. */
export type Breathe = () => Promise<void>;

/**
 * A base model compiled for prompts: everything that tuning, evaluation and generation ask of it. Embeddings are
 * row-major [tokens, embeddingSize] float32.
 */
export interface PromptModel {
  readonly config: ModelConfig;

  /** Rows of the token embedding table: [ids.length, embeddingSize]. */
  embed(ids: ArrayLike<number>): Float32Array;

  /** What rows find before them of `embeddings` (a soft prompt, or `embed` of tokens), standing after `before` where given. */
  prefix(embeddings: Float32Array, before?: Prefix): Promise<Prefix>;

  /**
   * Virtual tokens that stand behind each row's context, for batches whose rows have one. Only for decoders with a cache; what
   * a row's context comes to is computed once where `keepContexts` named it.
   */
  behindContexts(embeddings: Float32Array): Prefix;

  /**
   * From now on keys and values of these contexts are kept once computed, and no others: those that will come again.
   *
   * @param together those that go through the layers together, whichever is needed first: a run that is resumed needs them at
   * another time, and in int8 a row's numbers depend a little on the rows beside it
   */
  keepContexts(contexts: Iterable<RowContext>, together?: readonly (readonly RowContext[])[]): void;

  /** Logits at the batch's readouts: [readouts, words]. `prefix` null: nothing stands before the rows. */
  logits(batch: TokenBatch, words: Words | ClassHead, prefix: Prefix | null): Promise<Float32Array>;

  /** As `logits`, but the log-probability of each readout's target alone, over the words: [readouts]. */
  logProbabilities(batch: TokenBatch, words: Words, prefix: Prefix | null): Promise<Float32Array>;

  /**
   * Loss and gradient of one step: the mean cross-entropy over all readouts of all batches, each batch being one
   * micro-batch, and its derivative by the tuned parameters: the soft prompt [virtual tokens, embeddingSize], and where a class
   * head is trained, behind it the head's weight and bias.
   */
  gradient(
    parameters: Float32Array,
    batches: readonly TokenBatch[],
    words: TrainedWords,
  ): Promise<{ loss: number; gradient: Float32Array }>;

  /** Greedy continuation of each row, until `stop` or `maxTokens`; the stop token is not part of the answer. */
  generate(rows: readonly Int32Array[], prefix: Prefix | null, options: GenerateOptions): Promise<number[][]>;

  /** Called between sessions, so that pause and cancel answer quickly. */
  breathe: Breathe | null;

  close(): Promise<void>;
}
