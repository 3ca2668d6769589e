import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { l10n } from '../../protocol/l10n';
import { headlineScore } from '../../protocol/metrics';
import type { RunDetail, RunEvent, RunRecord, RunSummary } from '../../protocol/runs';
import { readEvents } from './metricsLog';
import { runFiles, runsFolderOf } from './runFolder';
import { readRecord } from './runRecord';
import { type Damage, damageOf, savedAnswers } from './savedAnswers';
import { readValidationPredictions } from './validationPredictions';

/** Everything about a run. What of it is damaged is said in a notice among its events. */
export async function readRun(folder: string): Promise<RunDetail> {
  const files = runFiles(folder);
  const record = await readRecord(folder);
  const [events, test, validation] = await Promise.all([
    readEvents(files.metrics),
    savedAnswers(files.predictions, record.results.tuned?.rows),
    readValidationPredictions(files.validationPredictions).catch(damageOf),
  ]);
  const validated = validation && 'step' in validation ? { validation } : {};
  const damaged: RunEvent[] = [];
  if (test.damage) {
    const hint = l10n`Evaluate the run again to write the file anew.`;
    damaged.push(damageNotice(test.damage, hint, record));
  }
  if (validation && !('step' in validation)) {
    const hint = l10n`The run itself is not harmed: its prompt, curves and scores are in other files.`;
    damaged.push(damageNotice(validation, hint, record));
  }
  return {
    folder: resolve(folder),
    record,
    events: [...events, ...damaged],
    predictions: test.predictions,
    ...validated,
  };
}

function damageNotice({ file, line }: Damage, hint: string, { endedAt, createdAt }: RunRecord): RunEvent {
  const name = basename(file);
  const message =
    line === undefined
      ? l10n`${name} is not whole: the answers that it should have are not shown.`
      : l10n`${name} is damaged at line ${line}: the answers that it should have are not shown.`;
  return { type: 'notice', time: Date.parse(endedAt ?? createdAt), message, hint, warning: true };
}

/** The runs of the tasks in a folder (the one that holds `.softprompt`), newest first. Folders without a readable run.json are left out. */
export async function listRuns(folder: string): Promise<RunSummary[]> {
  const runsFolder = runsFolderOf(resolve(folder));
  const names = await readdir(runsFolder).catch(() => []);
  const summaries = await Promise.all(
    names.map((name) => summariseRun(join(runsFolder, name)).catch(() => undefined)),
  );
  return summaries
    .filter((summary) => summary !== undefined)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id));
}

export async function summariseRun(folder: string): Promise<RunSummary> {
  const record = await readRecord(folder);
  return { folder, ...summaryOf(record, await readEvents(runFiles(folder).metrics)) };
}

function summaryOf(record: RunRecord, events: readonly RunEvent[]): Omit<RunSummary, 'folder'> {
  const { tuned, ...hard } = record.results;
  const validations = events.flatMap((event) =>
    event.type === 'evaluation' && event.split === 'validation' && event.contender === 'tuned'
      ? [headlineScore(event.metrics)]
      : [],
  );
  const score = tuned
    ? { score: headlineScore(tuned), scoreOn: 'test' as const }
    : validations.length > 0
      ? { score: Math.max(...validations), scoreOn: 'validation' as const }
      : {};
  const baselines = Object.values(hard).map(headlineScore);
  return {
    id: record.id,
    task: record.task.name,
    taskFile: record.task.file,
    state: record.state,
    createdAt: record.createdAt,
    step: events.reduce((last, event) => (event.type === 'step' ? event.step : last), 0),
    steps: record.steps,
    ...score,
    ...(baselines.length > 0 && { baseline: Math.max(...baselines) }),
    modelName: record.model.name,
  };
}
