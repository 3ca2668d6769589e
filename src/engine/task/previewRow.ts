import type { RenderedPrompt } from '../../protocol/dataset';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Dataset } from '../data/dataset';
import { findRow, rowAtLine } from '../data/findRows';
import { readDataset } from '../data/readDataset';
import { openRowView, type RowView } from './rowView';

/** Which row: by its number, counted from 1, or by a line of the file that it stands in or before. */
export type WantedRow = { row: number } | { line: number };

/**
 * The prompt of one row of a task, with the model's own tokenizer, from `file`, by default the training file. `text`: the
 * editor's, where the task is not saved yet.
 *
 * @throws SoftpromptError as preparing the task and opening the model do; `data-invalid` if there is no such row.
 */
export async function previewRow(
  taskFile: string,
  row: number,
  options: { file?: string; text?: string; cacheFolder: string },
): Promise<RenderedPrompt> {
  const view = await openRowView(taskFile, options);
  return previewOf(view, await readDataset(options.file ?? view.train), { row });
}

/** @throws SoftpromptError `data-invalid` if there is no such row. */
export function previewOf(view: RowView, dataset: Dataset, wanted: WantedRow): RenderedPrompt {
  const { file } = dataset;
  const found = 'row' in wanted ? findRow(dataset, wanted.row) : rowAtLine(dataset, wanted.line);
  if (found) return view.preview(found);
  const message =
    'row' in wanted
      ? l10n`There is no usable row ${wanted.row}.`
      : l10n`There is no usable row in line ${wanted.line} or after it.`;
  throw new SoftpromptError('data-invalid', message, { place: { file, ...wanted } });
}
