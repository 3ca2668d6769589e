import { basename } from 'node:path';
import type { Problem } from '../../protocol/dataset';
import { ProblemList } from '../data/problems';
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
    let leaked = 0;
    for (const row of heldOut[side]) {
      const place = { file: row.file, line: row.line, row: row.row };
      const twin = seen.get(keyOf(row));
      if (twin) {
        leaked += 1;
        const message = `This ${side} row has the same text as a training row (${placeOf(twin)}).`;
        const related = { file: twin.file, line: twin.line, row: twin.row };
        problems.add({
          severity: 'warning',
          kind: 'leaked-row',
          message,
          place,
          hint: TESTS_MEMORY,
          related,
        });
      }
      if (hasLabels && !classes.has(row.target)) {
        unseen.add(row.target);
        const message = `No training row has the class "${row.target}" of this ${side} row.`;
        problems.add({ severity: 'warning', kind: 'unseen-class', message, place });
      }
    }
    if (leaked > 0) {
      const rows = leaked === 1 ? 'row has' : 'rows have';
      warnings.push({
        message: `${leaked} ${side} ${rows} the same text as a training row.`,
        hint: TESTS_MEMORY,
      });
    }
  }
  if (unseen.size > 0) {
    const names = [...unseen].sort().map((label) => `"${label}"`);
    warnings.push({
      message: `No training row has the ${unseen.size === 1 ? 'class' : 'classes'} ${names.join(', ')}.`,
      hint: 'Such classes cannot be learned: add training rows.',
    });
  }
  return { problems: problems.list(), warnings };
}

const placeOf = ({ file, line }: LabelledRow): string => `${basename(file)}, line ${line}`;

const TESTS_MEMORY = 'A text that was learned tests memory: remove it from one side.';
