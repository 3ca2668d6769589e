import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { TriedRow } from '../../protocol/requests';
import { findRow } from '../data/findRows';
import { readDataset } from '../data/readDataset';
import { taskPrompt } from '../prompt/taskPrompt';
import { readRecord } from '../runs/runRecord';

/**
 * A row of a run's dataset, as it is tried: `row` counts from 1 in `file`, by default the test file. Any row where no number
 * is given.
 *
 * @throws SoftpromptError `data-invalid` where the file or the row is gone.
 */
export async function readTriedRow({
  folder,
  file,
  row,
}: {
  folder: string;
  file?: string;
  row?: number;
}): Promise<TriedRow> {
  const { task } = await readRecord(folder);
  const dataset = await readDataset(file ?? task.data.test ?? task.data.train);
  const any = () => dataset.rowAt(Math.floor(Math.random() * dataset.length));
  const found = row === undefined ? dataset.length > 0 && any() : findRow(dataset, row);
  if (!found) {
    const message = row ? l10n`There is no usable row ${row}.` : l10n`There is no row.`;
    throw new SoftpromptError('data-invalid', message, {
      place: { file: dataset.file, row },
      hint: l10n`The file has changed since the run. Type a text, or take another row.`,
    });
  }
  const { columns } = taskPrompt(task);
  return {
    file: dataset.file,
    row: found.row,
    line: found.line,
    values: Object.fromEntries(columns.map((column) => [column, found.values[column] ?? ''])),
    target: (found.values[task.target.column] ?? '').trim(),
  };
}
