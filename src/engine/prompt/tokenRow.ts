/**
 * What a row says before the virtual tokens, where these stand behind its text. One object a row, however often the row is
 * looked at: what was computed of it is found by it.
 */
export interface RowContext {
  /** What all rows of a task begin with, which is computed once: the same array in each of them. May be empty. */
  shared: Int32Array;
  own: Int32Array;
}

export const contextLength = ({ shared, own }: RowContext): number => shared.length + own.length;

/**
 * One row as token ids, the virtual tokens not included.
 *
 * Alternatives (the label words of a class each, say) can be scored in one pass: they are appended to the row, one after
 * another, and `branches` says which alternative a token belongs to (0: the trunk that all share). A token sees the trunk
 * and the earlier tokens of its own branch, and its position counts on from the trunk's end.
 */
export interface TokenRow {
  tokens: Int32Array;
  /** What stands before the virtual tokens; `tokens` are then what follows them. Without it they stand before all of the row. */
  context?: RowContext;
  branches?: Int32Array;
  /**
   * For encoder-decoders, whose encoder reads `tokens`: what the decoder has written so far, its start token first. Branches and
   * places of readouts are then counted in it.
   */
  answer?: Int32Array;
}

/**
 * A place where the model's next-token distribution is read; in an encoder without head, the row as a whole, whose states are
 * pooled.
 */
export interface Readout {
  /** Index into the batch's rows. */
  row: number;
  /** Index into that row's tokens (of its answer, where it has one): the distribution of the token after it. */
  position: number;
  /** What should come next: an index into the words that are read out. Needed for a loss. */
  target: number;
}

/** Rows that go through the model together, right-padded to the longest. */
export interface TokenBatch {
  rows: TokenRow[];
  readouts: Readout[];
}

/** A layer that makes a pooled state an answer among classes. */
export interface ClassHead {
  /** Row-major [classes, hidden size]. */
  weight: Float32Array;
  /** [classes] */
  bias: Float32Array;
}

/** Which logits are computed: all of the vocabulary, or only these token ids, in this order. */
export type Words = 'all' | Int32Array;

/** What a loss is over: words, or classes whose head is among what is trained. */
export type TrainedWords = Words | { classes: number };
