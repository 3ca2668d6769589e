import { basename } from 'node:path';

/** Kinds of files a task can learn from, as VS Code's file patterns. */
export const DATASET_PATTERN = '**/*.{csv,tsv,jsonl,ndjson,json,parquet}';
export const TASK_PATTERN = '**/*.softprompt.json';
/** Never searched for tasks or datasets. */
export const EXCLUDED_PATTERN = '**/{node_modules,.git,.softprompt,.venv}/**';

/** Above this a dataset is only read in parts: what needs all of its rows at once is left out. */
export const MOST_BYTES_AS_A_WHOLE = 50_000_000;

const TASK_SUFFIX = '.softprompt.json';

export function isTaskFile(file: string): boolean {
  return file.endsWith(TASK_SUFFIX) && basename(file) !== TASK_SUFFIX;
}

/** `/w/support.softprompt.json` → `support`. */
export function taskName(file: string): string {
  return basename(file, TASK_SUFFIX);
}

/** By its name alone, files of runs left out; whether a .json file holds rows is seen by looking into it. */
export function isDatasetFile(file: string): boolean {
  return (
    /\.(csv|tsv|jsonl|ndjson|json|parquet)$/i.test(file) &&
    !isTaskFile(file) &&
    !/[\\/]\.softprompt[\\/]/.test(file)
  );
}

/** Rows in JSON are an array of objects; settings and the like, which are objects, are not datasets. */
export function startsLikeRows(file: string, firstLine: string): boolean {
  return !/\.json$/i.test(file) || /^\uFEFF?\s*\[\s*(\{|$)/.test(firstLine);
}
