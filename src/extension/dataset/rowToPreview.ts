import { l10n } from 'vscode';
import { reportError } from '../../protocol/errors';
import type { Softprompt } from '../context';
import { ensureModel } from '../models/modelDownload';
import type { TaskEntry } from '../taskFile/taskEntry';

export interface PreviewedPlace {
  file: string;
  /** Counts from 1. */
  line: number;
}

/**
 * The number of the row in a line, of the first one where there is none. A prompt needs the base model's tokenizer: undefined if
 * the model is not there, and the user does not want it.
 */
export async function rowToPreview(
  softprompt: Softprompt,
  task: TaskEntry,
  place: PreviewedPlace | undefined,
): Promise<number | undefined> {
  const ask = (): Promise<number> =>
    softprompt.host
      .request('dataset/preview', { taskFile: task.file, ...(place ?? { row: 1 }) })
      .then(({ row }) => row);
  try {
    return await ask();
  } catch (error) {
    if (reportError(error).code !== 'model-missing') return 1; // the preview itself says what is wrong
  }
  if (!(await ensureModel(softprompt, task.model, l10n.t('Download and preview')))) return undefined;
  return ask().catch(() => 1);
}
