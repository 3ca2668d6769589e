import type { ColumnSummary, DatasetSummary } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';
import { parseTemplate, renderTemplate } from '../prompt/template';
import { badEncoding } from './badEncoding';
import { classProblems, oneClass } from './classProblems';
import { summariseColumn } from './columns';
import type { Dataset } from './dataset';
import { missingHeader } from './missingHeader';
import { ProblemList } from './problems';
import { readDataset } from './readDataset';
import { columnOfOneClass, suggestTask } from './suggest';
import { textKey } from './textKey';
import { wherePhrase } from './wherePhrase';

/** Reads a dataset and says what is in it: columns, what a task could take, what deserves a look. */
export async function inspectDataset(
  file: string,
  options: { signal?: AbortSignal; read?: typeof readDataset } = {},
): Promise<DatasetSummary> {
  const { read = readDataset } = options;
  const dataset = await read(file, options);
  const columns = dataset.columns.map((name) => summariseColumn(name, dataset.column(name)!));
  const suggested = suggestTask(columns);
  const alike = suggested ? undefined : columnOfOneClass(columns);
  return {
    file,
    format: dataset.format,
    rows: dataset.length,
    columns,
    suggested,
    problems: [
      ...dataset.problems,
      ...missingHeader(dataset, columns),
      ...badEncoding(dataset),
      ...(alike ? [oneClass(file, alike)] : []),
      ...(suggested ? suggestedProblems(dataset, columns, suggested) : []),
    ],
  };
}

/** What would trouble the suggested task. */
function suggestedProblems(
  dataset: Dataset,
  columns: readonly ColumnSummary[],
  { target, template: source }: NonNullable<DatasetSummary['suggested']>,
): DatasetSummary['problems'] {
  const problems = new ProblemList();
  const { file } = dataset;
  const template = parseTemplate(source);
  const firstRows = new Map<number, { line: number; row: number; target: string }>();
  for (let i = 0; i < dataset.length; i++) {
    const { row, line, values } = dataset.rowAt(i);
    const place = { file, line, row };
    const label = values[target]!.trim();
    if (label === '') {
      problems.add({
        severity: 'warning',
        kind: 'missing-label',
        message: l10n`"${target}" is empty.`,
        place,
      });
    }
    if (template.columns.every((name) => values[name]!.trim() === '')) {
      problems.add({ severity: 'warning', kind: 'empty-text', message: l10n`The row has no text.`, place });
      continue;
    }
    const key = textKey(renderTemplate(template, values));
    const first = firstRows.get(key);
    if (!first) {
      firstRows.set(key, { line, row, target: label });
      continue;
    }
    const related = { file, line: first.line, row: first.row };
    if (first.target === label) {
      const message = l10n`The same text as in ${wherePhrase(related)}.`;
      problems.add({ severity: 'information', kind: 'duplicate', message, place, related });
    } else {
      const message = l10n`The same text as in ${wherePhrase(related)}, but with another ${target}.`;
      problems.add({ severity: 'warning', kind: 'contradiction', message, place, related });
    }
  }
  const { classes = [] } = columns.find((column) => column.name === target)!;
  return [...problems.list(), ...classProblems(file, classes)];
}
