import { batchTensors, gatherReadouts } from './batchTensors';
import { generateGreedily } from './generate';
import { gradientPass } from './gradientPass';
import { inferencePass } from './inferencePass';
import type { Pass, PassContext } from './pass';

/** Models that look back at keys and values: what stands before the rows is computed once. */
export function cachedPass(c: PassContext): Pass {
  return {
    async prefix(embeddings, before) {
      const past = before?.length ?? 0;
      const tokens = new Int32Array(embeddings.length / c.config.embeddingSize);
      const batch = batchTensors([{ tokens }], past);
      const { present } = await inferencePass(c, embeddings, batch, before ?? null, {
        keepPresent: true,
      });
      return { length: past + tokens.length, layers: present };
    },
    async states(batch, prefix) {
      const tensors = batchTensors(batch.rows, prefix?.length ?? 0);
      const { hidden } = await inferencePass(c, c.embed(tensors.ids), tensors, prefix);
      return gatherReadouts(hidden, batch);
    },
    gradient: (prompt, batches, loss) => gradientPass(c, prompt, batches, loss),
    generate: (rows, prefix, options) => generateGreedily(c, rows, prefix, options),
  };
}
