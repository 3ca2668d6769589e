import { access, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { ColumnSummary } from '../../protocol/dataset';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { TaskFile } from '../../protocol/taskFile';
import { inspectDataset } from '../data/inspect';
import { columnOfOneClass } from '../data/suggest';
import { TASK_EXTENSION } from './resolveTask';

/** The model that a new task starts with: small enough for any machine. */
export const DEFAULT_MODEL = 'smollm2-135m-instruct';

/** File names, without extension, that say what a file is for. */
const ROLES = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'dev'],
  test: ['test', 'testing'],
} as const;

/**
 * A task file for a dataset, ready to be written beside it, under a name that is free: the model, the data, and what
 * was guessed from the columns. Everything else is left to the defaults. Beside `train.csv`, files named `validation`
 * and `test` are taken too.
 *
 * @throws SoftpromptError `data-invalid` if no task can be guessed.
 */
export async function draftTask(
  dataset: string,
  options: { model?: string } = {},
): Promise<{ file: string; text: string }> {
  const folder = dirname(dataset);
  const { train, others } = await findSplits(dataset);
  const { suggested, columns, rows } = await inspectDataset(join(folder, train));
  if (!suggested) {
    throw new SoftpromptError(
      'data-invalid',
      l10n`It is not clear what could be predicted from this dataset.`,
      {
        place: { file: dataset },
        hint: whyNothing(rows, columns),
      },
    );
  }
  const task: TaskFile = {
    model: options.model ?? DEFAULT_MODEL,
    data: Object.keys(others).length > 0 ? { train, ...others } : train,
    template: suggested.template,
    target: suggested.target,
  };
  const name = roleOf(train) ? basename(folder) : basename(dataset, extname(dataset));
  return { file: await freeFile(folder, name || 'task'), text: `${JSON.stringify(task, null, 2)}\n` };
}

function whyNothing(rows: number, columns: readonly ColumnSummary[]): string {
  if (rows === 0) return l10n`It has no rows.`;
  const alike = columnOfOneClass(columns);
  if (alike) return l10n`All rows have the same "${alike.name}": add rows of other classes.`;
  const names = columns.map(({ name }) => name).join(', ');
  return l10n`A task needs a column with text and one with labels; the columns are: ${names}.`;
}

/** The files that go with a dataset by their names, if it is named as one of several. */
async function findSplits(
  dataset: string,
): Promise<{ train: string; others: { validation?: string; test?: string } }> {
  const name = basename(dataset);
  if (!roleOf(name)) return { train: name, others: {} };
  const extension = extname(name);
  const siblings = await readdir(dirname(dataset)).catch(() => [name]);
  const withRole = (role: keyof typeof ROLES) =>
    roleOf(name) === role
      ? name
      : siblings.find((sibling) => extname(sibling) === extension && roleOf(sibling) === role);
  const train = withRole('train');
  if (!train) return { train: name, others: {} };
  const validation = withRole('validation');
  const test = withRole('test');
  return { train, others: { ...(validation && { validation }), ...(test && { test }) } };
}

function roleOf(file: string): keyof typeof ROLES | undefined {
  const name = basename(file, extname(file)).toLowerCase();
  return (Object.keys(ROLES) as (keyof typeof ROLES)[]).find((role) =>
    ROLES[role].some((known) => known === name),
  );
}

async function freeFile(folder: string, name: string): Promise<string> {
  for (let copy = 1; ; copy++) {
    const file = join(folder, `${name}${copy === 1 ? '' : `-${copy}`}${TASK_EXTENSION}`);
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (!exists) return file;
  }
}
