import { floats, type Tensor } from '../runtime/tensor';
import type { BatchTensors } from './batchTensors';
import type { PassContext } from './pass';
import type { Prefix } from './promptModel';
import { runIntoScratch } from './runIntoScratch';
import { stageInputs } from './stageInputs';

/**
 * Runs all stages forward over embeddings [rows, length, embedding size].
 *
 * @returns the last hidden states, and keys and values of past and new together where `keepPresent`
 */
export async function inferencePass(
  c: PassContext,
  embeddings: Float32Array,
  batch: BatchTensors,
  past: Prefix | null,
  options: { keepPresent?: boolean } = {},
): Promise<{ hidden: Tensor; present: { keys: Float32Array; values: Float32Array }[] }> {
  let hidden = floats(embeddings, [batch.rows, batch.length, c.config.embeddingSize]);
  const present: { keys: Float32Array; values: Float32Array }[] = [];
  for (let index = 0; index < c.sessions.stages; index++) {
    await c.breathe();
    const { stage, forward } = c.sessions.plan(index);
    const before = past && { prefix: past, firstLayer: present.length };
    const inputs = { [stage.ports.hidden]: hidden, ...stageInputs(stage, batch, c.rotary, before, c.config) };
    const mark = c.scratch.mark();
    const outputs = await runIntoScratch(c, await c.sessions.forward(index), {
      graph: forward,
      names: forward.outputs,
      inputs,
      batch,
    });
    const copied = (name: string) => (outputs[name]!.data as Float32Array).slice();
    const { shape } = outputs[stage.ports.output]!;
    hidden = floats(copied(stage.ports.output), shape);
    for (const { keys, values } of stage.ports.present) {
      const none = new Float32Array(0);
      present.push(
        options.keepPresent ? { keys: copied(keys), values: copied(values) } : { keys: none, values: none },
      );
    }
    c.scratch.release(mark);
  }
  return { hidden, present };
}
