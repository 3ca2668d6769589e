import type { RunRecord } from '../../protocol/runs';

/** A setting of several runs, in their order; undefined where a run does not have it: its default is meant. */
export interface SettingRow {
  /** As the task file names it where it can be set there: `training.learningRate`. */
  path: string;
  values: (string | undefined)[];
  differs: boolean;
}

type Value = string | number | boolean | undefined;

/** Of a resolved task: what the task file calls it. Others are called the same. */
const TASK_NAMES: Readonly<Record<string, string>> = {
  'training.length.steps': 'training.steps',
  'training.length.epochs': 'training.epochs',
  'training.batch.rows': 'training.batchRows',
  'training.batch.tokens': 'training.batchTokens',
};

/** Where a task is, not what it asks for. */
const LEFT_OUT = new Set(['name', 'file']);

/** Everything that was set, asked for or found when a run was started, by path. */
function settingsOf(record: RunRecord): Map<string, string> {
  const { task, model, data, device } = record;
  const settings = new Map<string, string>();
  const add = (path: string, value: Value): void => {
    if (value !== undefined) settings.set(path, String(value));
  };
  add('task', task.name);
  for (const [path, value] of flattened(task)) {
    if (!LEFT_OUT.has(path)) add(TASK_NAMES[path] ?? path, value);
  }
  for (const [path, value] of flattened({
    steps: record.steps,
    model: {
      title: model.name,
      hash: model.hash,
      architecture: model.architecture,
      parameters: model.parameters,
    },
    rows: data.rows,
    leftOut: data.leftOut.count,
    cutRows: data.cutRows,
    precision: device.precision,
    device: `${device.cpu}, ${device.platform}`,
    threads: device.threads,
    softprompt: record.softprompt,
  }))
    add(`run.${path}`, value);
  const { train, validation, test } = task.data;
  for (const [part, file] of Object.entries({ train, validation, test })) {
    if (file !== undefined) add(`run.hash.${part}`, data.hashes[file]);
  }
  return settings;
}

/** All settings of these runs, those of the first one first. */
export function compareSettings(records: readonly RunRecord[]): SettingRow[] {
  const all = records.map(settingsOf);
  const paths = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  return paths.map((path) => {
    const values = all.map((settings) => settings.get(path));
    return { path, values, differs: new Set(values).size > 1 };
  });
}

/** `{ a: { b: 1, c: [2] } }` → `a.b` 1, `a.c[0]` 2. */
function flattened(value: unknown, path = ''): [string, Value][] {
  if (typeof value !== 'object' || value === null) return [[path, value as Value]];
  return Object.entries(value).flatMap(([key, one]) => {
    const step = Array.isArray(value) ? `[${key}]` : path ? `.${key}` : key;
    return flattened(one, path + step);
  });
}
