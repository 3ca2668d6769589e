import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { headlineScore } from '../../protocol/metrics';
import type { RunDetail, RunEvent, RunRecord, RunSummary } from '../../protocol/runs';
import { readEvents } from './metricsLog';
import { readPredictions } from './predictionsFile';
import { runFiles, runsFolderOf } from './runFolder';
import { readRecord } from './runRecord';
import { readValidationPredictions } from './validationPredictions';

/** Everything about a run. */
export async function readRun(folder: string): Promise<RunDetail> {
  const files = runFiles(folder);
  const record = await readRecord(folder);
  const [events, predictions, validation] = await Promise.all([
    readEvents(files.metrics),
    readPredictions(files.predictions),
    readValidationPredictions(files.validationPredictions),
  ]);
  return { folder: resolve(folder), record, events, predictions, ...(validation && { validation }) };
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
