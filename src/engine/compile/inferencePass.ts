import type { ModelConfig } from '../models/checkpoint';
import { floats, type Tensor } from '../runtime/tensor';
import type { BatchTensors } from './batchTensors';
import type { Breathe, Prefix } from './promptModel';
import type { RotaryTables } from './rotaryTables';
import { stageInputs } from './stageInputs';
import type { StageSessions } from './stageSessions';

/** What every pass over the stages works with. */
export interface PassContext {
  config: ModelConfig;
  sessions: StageSessions;
  rotary: RotaryTables;
  breathe(): ReturnType<Breathe>;
}

/**
 * Runs all stages forward over embeddings [rows, length, hidden size].
 *
 * @param pastRows rows of the past's keys and values: 1 (shared), or as many as the batch has
 * @returns the last hidden states, and keys and values of past and new together where `keepPresent`
 */
export async function inferencePass(
  c: PassContext,
  embeddings: Float32Array,
  batch: BatchTensors,
  past: Prefix | null,
  options: { pastRows?: number; keepPresent?: boolean } = {},
): Promise<{ hidden: Tensor; present: { keys: Float32Array; values: Float32Array }[] }> {
  let hidden = floats(embeddings, [batch.rows, batch.length, c.config.hiddenSize]);
  const present: { keys: Float32Array; values: Float32Array }[] = [];
  for (let index = 0; index < c.sessions.stages; index++) {
    await c.breathe();
    const { stage } = c.sessions.plan(index);
    const session = await c.sessions.forward(index);
    const before = past && { prefix: past, firstLayer: present.length, rows: options.pastRows };
    const inputs = { [stage.ports.hidden]: hidden, ...stageInputs(stage, batch, c.rotary, before, c.config) };
    const ports = stage.ports.present.flatMap(({ keys, values }) =>
      options.keepPresent ? [keys, values] : [],
    );
    const wanted = Object.fromEntries([stage.ports.output, ...ports].map((name) => [name, null]));
    const outputs = await session.run(inputs, wanted);
    hidden = outputs[stage.ports.output]!;
    for (const { keys, values } of stage.ports.present) {
      const data = (name: string) => (outputs[name]?.data ?? new Float32Array(0)) as Float32Array;
      present.push({ keys: data(keys), values: data(values) });
    }
  }
  return { hidden, present };
}
