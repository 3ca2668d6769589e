import type { RowFacts } from '../../protocol/dataset';
import type { Dataset } from '../data/dataset';
import { rowsInLines } from '../data/findRows';
import type { RowView } from './rowView';

/** More rows than any window shows at once. */
const MOST_ROWS = 2_000;

/** The rows in these lines, counted from 1; how long their prompts are where a task reads them. */
export function rowFacts(
  dataset: Dataset,
  lines: { firstLine: number; lastLine: number },
  view?: RowView,
): RowFacts[] {
  return rowsInLines(dataset, lines.firstLine, lines.lastLine)
    .slice(0, MOST_ROWS)
    .map((index) => {
      const { row, line, values } = dataset.rowAt(index);
      return { row, line, endLine: dataset.endLineAt(index), ...view?.measure(values) };
    });
}
