import type { ModelConfig } from '../models/modelConfig';
import type { TokenBatch } from '../prompt/tokenRow';
import type { Scratch } from '../runtime/scratch';
import type { Breathe, GenerateOptions, Prefix, PromptModel } from './promptModel';
import type { RotaryTables } from './rotaryTables';
import type { StageSessions } from './stageSessions';

/** What every pass over the stages works with. */
export interface PassContext {
  config: ModelConfig;
  sessions: StageSessions;
  rotary: RotaryTables;
  scratch: Scratch;
  breathe(): ReturnType<Breathe>;
  /** Vectors of tokens: [ids.length, embedding size]. */
  embed(ids: ArrayLike<number>): Float32Array;
  /** Logits over the whole vocabulary: [hidden.length / hidden size, vocabulary]. */
  headLogits(hidden: Float32Array): Promise<Float32Array>;
}

/** Loss of some readouts and its gradient by their hidden states, both already divided by the `total` number of readouts. */
export type LossOf = (
  hidden: Float32Array,
  batch: TokenBatch,
  total: number,
) => Promise<{ loss: number; gradient: Float32Array }>;

/** How rows behind a prompt go through a model's layers: one way for each build of model. */
export interface Pass {
  /** What rows find before them of `embeddings` [tokens, embedding size], which stand after `before` where given. */
  prefix(embeddings: Float32Array, before?: Prefix): Promise<Prefix>;
  /** The last hidden states at the batch's readouts: [readouts, hidden size]. */
  states(batch: TokenBatch, prefix: Prefix | null): Promise<Float32Array>;
  /** Loss of one step, and its gradient by the prompt. */
  gradient(
    prompt: Float32Array,
    batches: readonly TokenBatch[],
    loss: LossOf,
  ): Promise<{ loss: number; gradient: Float32Array }>;
  /** Greedy continuation; see PromptModel. */
  generate(rows: readonly Int32Array[], prefix: Prefix | null, options: GenerateOptions): Promise<number[][]>;
  /** See PromptModel; models without cache read contexts anew each time. */
  keepContexts?: PromptModel['keepContexts'];
  close?(): void;
}
