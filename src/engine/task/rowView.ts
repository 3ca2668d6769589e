import { dirname } from 'node:path';
import { openCheckpoint } from '../models/openCheckpoint';
import { resolveModel } from '../models/resolveModel';
import { type PromptPreviews, promptPreviews } from '../prompt/preview';
import { refusePlacement } from './checkPlacement';
import { fitToContext } from './fitToContext';
import { type PrepareOptions, prepareTask } from './prepareTask';

/** A task opened to look at rows through its template, with its model's tokenizer: no weights are read. */
export interface RowView extends PromptPreviews {
  /** Tokens that a row's prompt may have. */
  limit: number;
  /** The training file. */
  train: string;
  /** All that it was made from: it is out of date once one of these changes. */
  files: string[];
}

/**
 * `text`: the task file's as the editor has it, where it is not saved yet.
 *
 * @throws SoftpromptError as preparing the task and opening the model do.
 */
export async function openRowView(
  taskFile: string,
  options: PrepareOptions & { text?: string; cacheFolder: string },
): Promise<RowView> {
  const { task, labels } = await prepareTask(taskFile, options);
  const { train, validation, test } = task.data;
  const path = await resolveModel(task.model, {
    taskFolder: dirname(taskFile),
    cacheFolder: options.cacheFolder,
  });
  const checkpoint = await openCheckpoint(path);
  try {
    refusePlacement(task, checkpoint.config.kind, checkpoint.model);
    const fitted = fitToContext(task, checkpoint.config.contextLength, checkpoint.config.kind);
    const previews = promptPreviews(fitted, labels, await checkpoint.tokenizer());
    const files = [taskFile, train, validation, test, path].filter((file) => file !== undefined);
    return { ...previews, limit: fitted.limit, train, files };
  } finally {
    await checkpoint.close();
  }
}
