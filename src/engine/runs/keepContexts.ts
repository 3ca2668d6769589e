import type { PromptModel } from '../compile/promptModel';
import { BATCH_TOKENS } from '../evaluation/labelScoring';
import type { TaskReader } from '../evaluation/taskReader';
import { microBatches } from '../prompt/batches';
import { contextLength } from '../prompt/tokenRow';
import type { LabelledRow } from '../task/labelledRow';
import type { TrainingRows } from '../tuning/trainingRows';

/**
 * Has a model keep what a training comes back to where the virtual tokens stand behind the text: validation comes back to its rows
 * all the time, training where it has more than one epoch.
 */
export function keepContexts(
  model: PromptModel,
  reader: TaskReader,
  validation: readonly LabelledRow[],
  { recurring }: TrainingRows,
): void {
  const validated = validation.flatMap((row) => reader.read(row).around?.context ?? []);
  const batches = microBatches(validated.map(contextLength), { maxTokens: BATCH_TOKENS });
  const groups = [...recurring, ...batches.map((batch) => batch.map((index) => validated[index]!))];
  model.keepContexts(groups.flat(), groups);
}
