import type { TokenBatch } from '../prompt/tokenRow';
import { batchTensors, gatherReadouts } from './batchTensors';
import { FrozenPass } from './frozenPass';
import { generateGreedily } from './generate';
import { gradientPass } from './gradientPass';
import { inferencePass } from './inferencePass';
import { inPieces } from './longPrefix';
import type { Pass, PassContext } from './pass';
import type { Prefix } from './promptModel';
import { RowContexts } from './rowContexts';

export interface ContextOptions {
  /** Where contexts go that do not fit into memory. */
  cacheFolder: string;
  /** Bytes of contexts in memory; see ContextStore. */
  contextBytes?: number;
}

/** Models that look back at keys and values: what stands before the rows is computed once. */
export function cachedPass(c: PassContext, options: ContextOptions): Pass {
  const prefix = inPieces(async (embeddings, before) => {
    const past = before?.length ?? 0;
    const tokens = new Int32Array(embeddings.length / c.config.embeddingSize);
    const batch = batchTensors([{ tokens }], past);
    const { present } = await inferencePass(c, embeddings, batch, before ?? null, {
      keepPresent: true,
    });
    return { length: past + tokens.length, layers: present };
  }, c.config.embeddingSize);
  const contexts = new RowContexts(c, options.cacheFolder, prefix, options.contextBytes);
  const frozen = new FrozenPass(c, contexts);
  return {
    prefix,
    async states(batch, prefix) {
      if (isFrozen(batch)) return frozen.states(batch, vectorsOf(prefix));
      const tensors = batchTensors(batch.rows, prefix?.length ?? 0);
      const { hidden } = await inferencePass(c, c.embed(tensors.ids), tensors, prefix);
      return gatherReadouts(hidden, batch);
    },
    gradient: (prompt, batches, loss) =>
      batches.every(isFrozen)
        ? frozen.gradient(prompt, batches, loss)
        : gradientPass(c, prompt, batches, loss),
    async generate(rows, prefix, options) {
      const { contexts } = options;
      if (!contexts) return generateGreedily(c, rows, prefix, options);
      const batch = {
        rows: rows.map((tokens, row) => ({ tokens, context: contexts[row]! })),
        readouts: rows.map((tokens, row) => ({ row, position: tokens.length - 1, target: 0 })),
      };
      return frozen.generate(batch, vectorsOf(prefix), options);
    },
    keepContexts: (recurring, together) => contexts.store.keep(recurring, together),
    close: () => contexts.store.clear(),
  };
}

const isFrozen = ({ rows }: TokenBatch): boolean => rows.every(({ context }) => context);

/** Virtual tokens that stand behind contexts have keys and values of their own in each row. */
const vectorsOf = (prefix: Prefix | null): Float32Array => prefix?.embeddings ?? new Float32Array(0);
