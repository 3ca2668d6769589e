import type { GenerateOptions, Prefix, PromptModel } from '../../src/engine/compile/promptModel';
import type { TokenBatch, TokenRow, Words } from '../../src/engine/prompt/tokenRow';

/**
 * A language model that needs no weights: the logits after a text are a hash of all its tokens, in order, the prefix
 * included. Whoever shows it one token too many, too few or out of order gets other numbers. Embeddings are the token
 * ids themselves (hidden size 1), so that a prefix of `embed` of tokens is the same as those tokens before the row.
 */
export class HashModel implements PromptModel {
  breathe = null;
  /** What was asked for, for tests of cost. */
  readonly batches: TokenBatch[] = [];

  constructor(
    readonly vocabularySize: number,
    /** Added to a token's logit, given the whole text before it. */
    private readonly bias: (history: readonly number[], token: number) => number = () => 0,
    private readonly contextLength = 2048,
  ) {}

  get config() {
    return {
      architecture: 'hash',
      kind: 'decoder' as const,
      hiddenSize: 1,
      embeddingSize: 1,
      layers: 1,
      heads: 1,
      keyValueHeads: 1,
      headSize: 1,
      vocabularySize: this.vocabularySize,
      contextLength: this.contextLength,
    };
  }

  embed(ids: ArrayLike<number>): Float32Array {
    return Float32Array.from(ids);
  }

  async prefix(embeddings: Float32Array, before?: Prefix): Promise<Prefix> {
    const keys = Float32Array.from([...(before?.layers[0]?.keys ?? []), ...embeddings]);
    return { length: keys.length, layers: [{ keys, values: keys }] };
  }

  /** What stands before the virtual tokens is each row's own. */
  behindContexts(embeddings: Float32Array): Prefix {
    return { length: embeddings.length, layers: [{ keys: embeddings, values: embeddings }] };
  }

  keepContexts(): void {}

  async logits(batch: TokenBatch, words: Words, prefix: Prefix | null): Promise<Float32Array> {
    this.batches.push(batch);
    return Float32Array.from(
      batch.readouts.flatMap(({ row, position }) => {
        const history = visible(batch.rows[row]!, position, prefix);
        return this.scores(history, this.ids(words));
      }),
    );
  }

  async logProbabilities(batch: TokenBatch, words: Words, prefix: Prefix | null): Promise<Float32Array> {
    this.batches.push(batch);
    return Float32Array.from(
      batch.readouts.map(({ row, position, target }) =>
        this.logProbability(visible(batch.rows[row]!, position, prefix), this.ids(words)[target]!, words),
      ),
    );
  }

  /** The truth: log-probability of a token after a plain text. */
  logProbability(history: readonly number[], token: number, words: Words = 'all'): number {
    const logits = this.scores(history, this.ids(words));
    const top = Math.max(...logits);
    const norm = top + Math.log(logits.reduce((total, logit) => total + Math.exp(logit - top), 0));
    return this.scores(history, [token])[0]! - norm;
  }

  async gradient(): Promise<never> {
    throw new Error('A hash has no gradient.');
  }

  async generate(
    rows: readonly Int32Array[],
    prefix: Prefix | null,
    { maxTokens, stop, contexts }: GenerateOptions,
  ): Promise<number[][]> {
    return rows.map((tokens, row) => {
      const history = visible({ tokens, context: contexts?.[row] }, tokens.length - 1, prefix);
      const answer: number[] = [];
      while (answer.length < maxTokens) {
        const logits = this.scores(history, this.ids('all'));
        const token = logits.indexOf(Math.max(...logits));
        if (stop.includes(token)) break;
        answer.push(token);
        history.push(token);
      }
      return answer;
    });
  }

  async close(): Promise<void> {}

  private ids(words: Words): Int32Array {
    return words === 'all' ? Int32Array.from({ length: this.vocabularySize }, (_, id) => id) : words;
  }

  private scores(history: readonly number[], tokens: ArrayLike<number>): number[] {
    const mix = (hash: number, token: number) => Math.imul(hash ^ (token + 1), 0x01000193);
    const before = history.reduce(mix, 0x811c9dc5);
    return Array.from(tokens, (token) => {
      const hash = mix(before, token);
      const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8;
      return (4 * spread) / 0x1000000 + this.bias(history, token);
    });
  }
}

/** The tokens a position may see, itself included: the prefix, the trunk, and its own branch so far. */
function visible(row: TokenRow, position: number, prefix: Prefix | null): number[] {
  const own = row.branches?.[position] ?? 0;
  const seen = Array.from(row.tokens.subarray(0, position + 1)).filter((_, index) => {
    const branch = row.branches?.[index] ?? 0;
    return branch === 0 || branch === own;
  });
  const { shared = [], own: before = [] } = row.context ?? {};
  return [...shared, ...before, ...(prefix?.layers[0]?.keys ?? []), ...seen];
}
