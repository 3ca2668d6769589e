import { dirname, resolve } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import type { LabelReview, SuspiciousLabel } from '../../protocol/labels';
import { textKey } from '../data/textKey';
import type { LabelledRow } from '../task/labelledRow';
import { type PreparedTask, type PrepareOptions, prepareTask } from '../task/prepareTask';
import { type KeptLabel, type KeptReview, readReview, writeReview } from './reviewFile';

/** What the last look at a task's labels found, by the dataset as it is now; null where there was none. */
export async function readLabelReview(
  taskFile: string,
  options: PrepareOptions = {},
): Promise<LabelReview | null> {
  const kept = await readReview(taskFile);
  if (!kept) return null;
  // A task that cannot be read at the moment, while it is edited, has no rows to compare with.
  const prepared = await prepareTask(taskFile, options).catch((error) => {
    if (error instanceof SoftpromptError) return undefined;
    throw error;
  });
  return reviewNow(taskFile, kept, prepared);
}

/** Notes that a person found labels right, or takes that back. Returns what the review is then. */
export async function dismissLabels(
  taskFile: string,
  rows: readonly { file: string; row: number }[],
  dismissed: boolean,
  options: PrepareOptions = {},
): Promise<LabelReview | null> {
  const now = await readLabelReview(taskFile, options);
  const kept = await readReview(taskFile);
  if (!now || !kept) return null;
  // The rows are named as they are numbered now; both lists are in the same order.
  now.labels.forEach(({ file, row }, index) => {
    if (!rows.some((other) => other.file === file && other.row === row)) return;
    const { dismissed: _, ...label } = kept.labels[index]!;
    kept.labels[index] = dismissed ? { ...label, dismissed } : label;
  });
  await writeReview(taskFile, kept);
  return readLabelReview(taskFile, options);
}

function reviewNow(taskFile: string, kept: KeptReview, prepared: PreparedTask | undefined): LabelReview {
  const { version: _, labels, ...rest } = kept;
  const here = labels.map((label) => ({ ...label, file: resolve(dirname(taskFile), label.file) }));
  const rows = prepared && new RowsNow(prepared, here);
  return {
    taskFile,
    ...rest,
    labels: here.map(({ key, dismissed, ...label }): SuspiciousLabel => {
      const found = rows?.find({ ...label, key });
      const state = found?.state ?? (rows ? 'gone' : 'open');
      return { ...label, ...found, state: state === 'open' && dismissed ? 'dismissed' : state };
    }),
  };
}

/** A task's rows, to be found again by their text and label, wherever they stand by now. */
class RowsNow {
  private readonly byText = new Map<string, LabelledRow[]>();
  private readonly excluded: ReadonlySet<string>;
  /** Rows that a label is found at: of two rows that read the same each has its own. */
  private readonly taken = new Set<LabelledRow>();

  constructor({ train, validation, test, prompt, excluded }: PreparedTask, labels: readonly KeptLabel[]) {
    this.excluded = new Set(excluded.map(({ file, row }) => `${file} ${row}`));
    for (const row of [...train, ...validation, ...test]) {
      const key = this.keyOf(row.file, textKey(prompt.text(row.values)), row.target);
      const same = this.byText.get(key);
      if (same) same.push(row);
      else this.byText.set(key, [row]);
    }
    for (const label of labels) {
      const found = this.alike(label).find(({ row }) => row === label.row);
      if (found) this.taken.add(found);
    }
  }

  find(label: KeptLabel): Pick<SuspiciousLabel, 'row' | 'line' | 'state'> | undefined {
    const { file, row, line } = label;
    const alike = this.alike(label);
    const free = alike.filter((other) => !this.taken.has(other));
    const found = alike.find((other) => other.row === row) ?? (free.length === 1 ? free[0] : undefined);
    if (found) {
      this.taken.add(found);
      return { row: found.row, line: found.line, state: 'open' };
    }
    return this.excluded.has(`${file} ${row}`) ? { row, line, state: 'excluded' } : undefined;
  }

  private alike({ file, key, given }: KeptLabel): readonly LabelledRow[] {
    return this.byText.get(this.keyOf(file, key, given)) ?? [];
  }

  private keyOf(file: string, text: number, label: string): string {
    return `${file}\n${text}\n${label}`;
  }
}
