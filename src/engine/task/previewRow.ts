import { dirname } from 'node:path';
import type { RenderedPrompt } from '../../protocol/dataset';
import { SoftpromptError } from '../../protocol/errors';
import { readDataset } from '../data/readDataset';
import { openCheckpoint } from '../models/openCheckpoint';
import { resolveModel } from '../models/resolveModel';
import { previewPrompt } from '../prompt/preview';
import { refusePlacement } from './checkPlacement';
import { fitToContext } from './fitToContext';
import { prepareTask } from './prepareTask';

/**
 * The prompt of one row of a task, with the model's own tokenizer; `row` counts from 1 in `file`, by default the
 * training file.
 *
 * @throws SoftpromptError as preparing the task and opening the model do; `data-invalid` if there is no such row.
 */
export async function previewRow(
  taskFile: string,
  row: number,
  options: { file?: string; cacheFolder: string },
): Promise<RenderedPrompt> {
  const { task, labels } = await prepareTask(taskFile);
  const file = options.file ?? task.data.train;
  const dataset = await readDataset(file);
  // Rows that were left out have a number, but are not there.
  let index = Math.min(row, dataset.length) - 1;
  while (index >= 0 && dataset.rowAt(index).row > row) index -= 1;
  const found = index >= 0 ? dataset.rowAt(index) : undefined;
  if (found?.row !== row) {
    throw new SoftpromptError('data-invalid', `There is no usable row ${row}.`, { place: { file, row } });
  }
  const path = await resolveModel(task.model, {
    taskFolder: dirname(taskFile),
    cacheFolder: options.cacheFolder,
  });
  const checkpoint = await openCheckpoint(path);
  try {
    refusePlacement(task, checkpoint.config.kind, checkpoint.model);
    const fitted = fitToContext(task, checkpoint.config.contextLength, checkpoint.config.kind);
    return previewPrompt(fitted, labels, found, await checkpoint.tokenizer());
  } finally {
    await checkpoint.close();
  }
}
