import type { PromptModel } from '../../src/engine/compile/promptModel';
import type { TrainingBatches } from '../../src/engine/tuning/trainer';

/**
 * The smallest thing that can be tuned: a row of one token t pulls every value of the prompt towards t, with loss
 * (prompt - t)² / 2. Only `gradient` and `breathe` exist; breathe is called before every micro-batch.
 */
export function quadraticModel(): PromptModel {
  const model = {
    breathe: null as PromptModel['breathe'],
    async gradient(prompt: Float32Array, batches: Parameters<PromptModel['gradient']>[1]) {
      const gradient = new Float32Array(prompt.length);
      const rows = batches.reduce((sum, batch) => sum + batch.rows.length, 0);
      let loss = 0;
      for (const batch of batches) {
        await model.breathe?.();
        for (const { tokens } of batch.rows) {
          for (let i = 0; i < prompt.length; i++) {
            const distance = prompt[i]! - tokens[0]!;
            loss += distance ** 2 / 2 / rows / prompt.length;
            gradient[i] = gradient[i]! + distance / rows / prompt.length;
          }
        }
      }
      return { loss, gradient };
    },
  };
  return model as unknown as PromptModel;
}

/** Rows 0 … n-1, `size` of them a step, another order in each epoch; every row is a micro-batch. */
export function countingRows(n: number, size: number): TrainingBatches {
  return {
    words: 'all',
    epoch: (epoch) => {
      const rows = Array.from({ length: n }, (_, i) => (i * 7 + epoch * 3) % n);
      return Array.from({ length: Math.ceil(n / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));
    },
    batches: (rows) => rows.map((row) => ({ rows: [{ tokens: Int32Array.of(row) }], readouts: [] })),
  };
}
