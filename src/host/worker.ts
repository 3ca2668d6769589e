// The thread that reads and computes. Only here, and only when a job asks for it, the native runtime is loaded.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { inspectDataset } from '../engine/data/inspect';
import { Tables } from '../engine/data/table/tables';
import { evaluateFile } from '../engine/evaluation/evaluateFile';
import { evaluateRun } from '../engine/evaluation/evaluateRun';
import { openTrial, type Trial } from '../engine/evaluation/trial';
import { readTriedRow } from '../engine/evaluation/triedRow';
import { checkLabels } from '../engine/labels/checkLabels';
import { dismissLabels, readLabelReview } from '../engine/labels/labelReview';
import { listModels } from '../engine/models/listModels';
import { resumeRun } from '../engine/runs/resumeRun';
import { runFiles } from '../engine/runs/runFolder';
import type { RunOptions } from '../engine/runs/runOptions';
import { startRun } from '../engine/runs/startRun';
import { checkTask } from '../engine/task/checkTask';
import { draftTask } from '../engine/task/draftTask';
import { excludeRows } from '../engine/task/excludeRows';
import { RunControl } from '../engine/tuning/runControl';
import { reportError, SoftpromptError } from '../protocol/errors';
import { l10n, useTranslations } from '../protocol/l10n';
import { OpenDatasets } from './openDatasets';
import type { FromWorker, JobMessage, JobName, Jobs, ToWorker, WorkerSettings } from './workerMessages';

type Work = {
  [N in JobName]: (params: Jobs[N]['params'], signal: AbortSignal) => Promise<Jobs[N]['result']>;
};

if (!parentPort) throw new Error('worker.js is started by the training host, not by hand.');
const port = parentPort;
const { translations, ...settings } = workerData as WorkerSettings;
useTranslations(translations);

/** The training's controls: the user's wishes, and the process going away. */
const control = new RunControl();
const leaving = new AbortController();

const say = (message: FromWorker): void => port.postMessage(message);

function runOptions(): RunOptions {
  let folder = '';
  return {
    ...settings,
    control,
    signal: leaving.signal,
    onCreated(created) {
      folder = created;
      say({ type: 'created', folder });
    },
    onEvent: (event) => say({ type: 'event', folder, event }),
    onPredictions: (rows) => say({ type: 'predictions', folder, rows }),
  };
}

/** The model and prompt of the last trial, kept for the next one with the same adapter. */
let trial: { adapter: string; opened: Trial } | undefined;

/** Before another model is opened: two at a time may be more than the memory holds. */
async function closeTrial(): Promise<void> {
  const open = trial;
  trial = undefined;
  await open?.opened.close();
}

const datasets = new OpenDatasets(settings.cacheFolder);

const tables = new Tables();

const work: Work = {
  'dataset/inspect': ({ file }, signal) => inspectDataset(file, { signal, read: datasets.read }),
  'dataset/preview': (params) => datasets.preview(params),
  'dataset/rows': (params) => datasets.rows(params),
  'dataset/predictions': (params) => datasets.predictions(params),
  'table/state': (params) => tables.state(params),
  'table/rows': (params, signal) => tables.rows(params, signal),
  'table/row': (params) => tables.row(params),
  async 'table/close'({ viewer }) {
    tables.close(viewer);
    return {};
  },
  'task/draft': ({ dataset, model }) => draftTask(dataset, { model }),
  'task/exclude': async (params) => ({ text: await excludeRows(params) }),
  'task/check': ({ file, text }) => checkTask(file, text, { ...settings, read: datasets.read }),
  'labels/check': ({ taskFile }, signal) =>
    checkLabels(taskFile, {
      ...settings,
      signal,
      onProgress: (progress) => say({ type: 'labels', progress: { taskFile, ...progress } }),
    }),
  'labels/read': ({ taskFile }) => readLabelReview(taskFile, { read: datasets.read }),
  'labels/dismiss': ({ taskFile, rows, dismissed }) =>
    dismissLabels(taskFile, rows, dismissed, { read: datasets.read }),
  'models/list': ({ workspace }, signal) => listModels(settings.cacheFolder, { workspace, signal }),
  train: ({ taskFile, precision }) => startRun(taskFile, { ...runOptions(), precision }),
  resume: ({ folder }) => resumeRun(folder, runOptions()),
  async evaluate({ folder, file }, signal) {
    await closeTrial();
    return evaluateRun(folder, {
      ...settings,
      file,
      signal,
      onEvent: (event) => say({ type: 'event', folder, event }),
    });
  },
  async 'evaluate/file'({ folder, file }, signal) {
    await closeTrial();
    return evaluateFile(folder, file, {
      ...settings,
      signal,
      onPhase: (phase, done, total) =>
        say({ type: 'evaluation', progress: { folder, file, phase, done, total } }),
    });
  },
  'predict/row': readTriedRow,
  async predict({ folder, values, prompt, id }, signal) {
    // A run that was resumed may have a better prompt by now.
    const written = await stat(join(runFiles(folder).adapter, 'adapter_model.safetensors')).catch(() => null);
    const adapter = `${folder} ${written?.mtimeMs}`;
    if (trial?.adapter !== adapter) {
      await closeTrial();
      trial = { adapter, opened: await openTrial(folder, settings) };
    }
    return trial.opened.answer(values, prompt, {
      signal,
      onText: id === undefined ? undefined : (text) => say({ type: 'text', id, text }),
    });
  },
};

const abandoned = new Map<number, AbortController>();
let queue: Promise<void> = Promise.resolve();

/** One job after another: each has the whole processor. */
function enqueue(job: JobMessage): void {
  const interest = new AbortController();
  abandoned.set(job.id, interest);
  queue = queue.then(async () => {
    try {
      if (interest.signal.aborted) throw new SoftpromptError('cancelled', l10n`Cancelled.`);
      const run = work[job.name] as (
        params: unknown,
        signal: AbortSignal,
      ) => Promise<Jobs[JobName]['result']>;
      say({ type: 'done', id: job.id, result: await run(job.params, interest.signal) });
    } catch (error) {
      say({ type: 'failed', id: job.id, error: reportError(error) });
    } finally {
      abandoned.delete(job.id);
    }
  });
}

const react: { [T in ToWorker['type']]: (message: Extract<ToWorker, { type: T }>) => void } = {
  job: enqueue,
  abandon: ({ id }) => abandoned.get(id)?.abort(),
  pause: () => control.pause(),
  continue: () => control.continue(),
  cancel: () => control.cancel(),
  suspend: () => leaving.abort(),
  end() {
    queue = queue.then(async () => {
      await closeTrial();
      port.close();
    });
  },
};

port.on('message', (message: ToWorker) => {
  (react[message.type] as (message: ToWorker) => void)(message);
});
