import type { ColumnSummary, Problem } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';

/** A class this many times rarer than the most frequent one is pointed out. */
const IMBALANCE = 20;
/** A class with fewer rows is hard to learn and harder to test. */
const FEW_ROWS = 5;

type Classes = NonNullable<ColumnSummary['classes']>;

/** What deserves a look in the classes of a label column, most frequent first. */
export function classProblems(file: string, classes: Classes): Problem[] {
  return [...rareClasses(file, classes), ...similarLabels(file, classes)];
}

function rareClasses(file: string, classes: Classes): Problem[] {
  const most = classes[0];
  if (!most) return [];
  const found = (message: string, hint: string): Problem => ({
    severity: 'warning',
    kind: 'rare-class',
    message,
    place: { file },
    hint,
  });
  if (most.count < FEW_ROWS) {
    return [
      found(
        l10n`No class has more than ${FEW_ROWS - 1} rows: that is too little to learn from.`,
        l10n`Add rows: some of each class are learned from, others test what was learned.`,
      ),
    ];
  }
  return classes
    .filter(({ count }) => count < FEW_ROWS || count * IMBALANCE < most.count)
    .map(({ value, count }) =>
      found(
        count === 1
          ? l10n`The class "${value}" has 1 row, "${most.value}" has ${most.count}.`
          : l10n`The class "${value}" has ${count} rows, "${most.value}" has ${most.count}.`,
        l10n`Add rows, or leave the class out.`,
      ),
    );
}

/** Labels that differ in case alone are most often the same. */
function similarLabels(file: string, classes: Classes): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
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

/** That all rows say the same in what would be the label column. */
export function oneClass(file: string, { name, classes = [] }: ColumnSummary): Problem {
  return {
    severity: 'warning',
    kind: 'one-class',
    message: l10n`All rows have the same "${name}": "${classes[0]?.value ?? ''}".`,
    place: { file },
    hint: l10n`Add rows of other classes: so far there is nothing to tell apart.`,
  };
}
