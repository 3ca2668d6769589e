import type { ColumnSummary, DatasetSummary } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';
import { parseTemplate, renderTemplate } from '../prompt/template';
import { badEncoding } from './badEncoding';
import { summariseColumn } from './columns';
import type { Dataset } from './dataset';
import { ProblemList } from './problems';
import { readDataset } from './readDataset';
import { suggestTask } from './suggest';
import { textKey } from './textKey';

/** A class this many times rarer than the most frequent one is pointed out. */
const IMBALANCE = 20;
/** A class with fewer rows is hard to learn and harder to test. */
const FEW_ROWS = 5;

/** Reads a dataset and says what is in it: columns, what a task could take, what deserves a look. */
export async function inspectDataset(
  file: string,
  options: { signal?: AbortSignal; read?: typeof readDataset } = {},
): Promise<DatasetSummary> {
  const { read = readDataset } = options;
  const dataset = await read(file, options);
  const columns = dataset.columns.map((name) => summariseColumn(name, dataset.column(name)!));
  const suggested = suggestTask(columns);
  return {
    file,
    format: dataset.format,
    rows: dataset.length,
    columns,
    suggested,
    problems: [
      ...dataset.problems,
      ...badEncoding(dataset),
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
      const message = l10n`The same text as in line ${first.line}.`;
      problems.add({ severity: 'information', kind: 'duplicate', message, place, related });
    } else {
      const message = l10n`The same text as in line ${first.line}, but with another ${target}.`;
      problems.add({ severity: 'warning', kind: 'contradiction', message, place, related });
    }
  }
  const summary = columns.find((column) => column.name === target)!;
  const classes = summary.classes ?? [];
  const most = classes[0];
  for (const { value, count } of classes) {
    if (most && (count < FEW_ROWS || count * IMBALANCE < most.count)) {
      problems.add({
        severity: 'warning',
        kind: 'rare-class',
        message: rareClass(value, count, most),
        place: { file },
        hint: l10n`Add rows, or leave the class out.`,
      });
    }
  }
  return [...problems.list(), ...similarLabels(file, classes)];
}

function rareClass(name: string, count: number, most: { value: string; count: number }): string {
  if (most.value === name) {
    return count === 1 ? l10n`The class "${name}" has 1 row.` : l10n`The class "${name}" has ${count} rows.`;
  }
  return count === 1
    ? l10n`The class "${name}" has 1 row, "${most.value}" has ${most.count}.`
    : l10n`The class "${name}" has ${count} rows, "${most.value}" has ${most.count}.`;
}

/** Labels that differ in case alone are most often the same. */
function similarLabels(file: string, classes: readonly { value: string }[]): DatasetSummary['problems'] {
  const seen = new Map<string, string>();
  const problems: DatasetSummary['problems'] = [];
  for (const { value } of classes) {
    const key = value.toLowerCase();
    const other = seen.get(key);
    if (other === undefined) seen.set(key, value);
    else {
      const message = l10n`"${other}" and "${value}" are different classes, because of upper and lower case.`;
      problems.push({ severity: 'warning', kind: 'similar-labels', message, place: { file } });
    }
  }
  return problems;
}
