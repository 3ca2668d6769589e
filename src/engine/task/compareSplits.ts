import { basename } from 'node:path';
import type { Problem } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';
import { ProblemList } from '../data/problems';
import { wherePhrase } from '../data/wherePhrase';
import type { LabelledRow } from './labelledRow';

export interface Splits {
  train: LabelledRow[];
  validation: LabelledRow[];
  test: LabelledRow[];
}

export interface Warning {
  message: string;
  hint?: string;
}

/**
 * What makes a test worth less: texts seen in training, classes that were not. Row by row as problems, and in sum as
 * warnings. Rows with the same `keyOf` have the same text.
 */
export function compareSplits(
  { train, ...heldOut }: Splits,
  keyOf: (row: LabelledRow) => number,
  hasLabels: boolean,
): { problems: Problem[]; warnings: Warning[] } {
  const problems = new ProblemList();
  const warnings: Warning[] = [];
  const seen = new Map<number, LabelledRow>();
  const classes = new Set<string>();
  for (const row of train) {
    seen.set(keyOf(row), row);
    classes.add(row.target);
  }
  const unseen = new Set<string>();
  for (const side of ['validation', 'test'] as const) {
    const says = SAYS[side];
    let leaked = 0;
    for (const row of heldOut[side]) {
      const place = { file: row.file, line: row.line, row: row.row };
      const twin = seen.get(keyOf(row));
      if (twin) {
        leaked += 1;
        const message = says.leaked(placeOf(twin));
        const related = { file: twin.file, line: twin.line, row: twin.row };
        problems.add({
          severity: 'warning',
          kind: 'leaked-row',
          message,
          place,
          hint: testsMemory(),
          related,
        });
      }
      if (hasLabels && !classes.has(row.target)) {
        unseen.add(row.target);
        const message = says.unseen(row.target);
        problems.add({ severity: 'warning', kind: 'unseen-class', message, place });
      }
    }
    if (leaked > 0) warnings.push({ message: says.leakedRows(leaked), hint: testsMemory() });
  }
  if (unseen.size > 0) {
    const names = [...unseen].sort().map((label) => l10n`"${label}"`);
    warnings.push({
      message:
        unseen.size === 1
          ? l10n`No training row has the class ${names[0]!}.`
          : l10n`No training row has the classes ${names.join(', ')}.`,
      hint: l10n`Such classes cannot be learned: add training rows.`,
    });
  }
  return { problems: problems.list(), warnings };
}

const placeOf = (row: LabelledRow): string => `${basename(row.file)}, ${wherePhrase(row)}`;

const testsMemory = (): string => l10n`A text that was learned tests memory: remove it from one side.`;

const SAYS = {
  validation: {
    leaked: (twin: string) => l10n`This validation row has the same text as a training row (${twin}).`,
    leakedRows: (count: number) =>
      count === 1
        ? l10n`1 validation row has the same text as a training row.`
        : l10n`${count} validation rows have the same text as a training row.`,
    unseen: (label: string) => l10n`No training row has the class "${label}" of this validation row.`,
  },
  test: {
    leaked: (twin: string) => l10n`This test row has the same text as a training row (${twin}).`,
    leakedRows: (count: number) =>
      count === 1
        ? l10n`1 test row has the same text as a training row.`
        : l10n`${count} test rows have the same text as a training row.`,
    unseen: (label: string) => l10n`No training row has the class "${label}" of this test row.`,
  },
};
