import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { version } from '../../package.json';
import { inspectDataset } from '../engine/data/inspect';
import { defaultCacheFolder, listModels, removeFromCache } from '../engine/models/cacheFolder';
import { pullModel } from '../engine/models/pull';
import { listRuns, readRun } from '../engine/runs/readRuns';
import { deleteRun } from '../engine/runs/runFolder';
import { failRun } from '../engine/runs/runRecord';
import { checkTask } from '../engine/task/checkTask';
import { draftTask } from '../engine/task/draftTask';
import { previewRow } from '../engine/task/previewRow';
import { SoftpromptError } from '../protocol/errors';
import type { NotificationName, Notifications } from '../protocol/requests';
import { Answers } from './answers';
import { ComputeThread, type Told } from './computeThread';
import type { Handlers } from './serve';
import { Trainings } from './trainings';

/** How long the model of a trial stays in memory after the last question. */
const IDLE_MILLISECONDS = 120_000;
/** How long a checkpoint may take when the editor goes away; the client's shutdown time-out is longer. */
const CHECKPOINT_MILLISECONDS = 3_500;

export interface HostOptions {
  /** The bundled worker.js. */
  workerScript: string;
  notify<N extends NotificationName>(name: N, value: Notifications[N]): void;
}

/** What the host does, method by method, and how it takes leave: a checkpoint of the live run, within a few seconds. */
export function createHost({ workerScript, notify }: HostOptions): {
  handlers: Handlers;
  leave(): Promise<void>;
} {
  let cacheFolder = defaultCacheFolder();
  let threads: number | undefined;

  const startThread = (onTold: (told: Told) => void): ComputeThread =>
    new ComputeThread(workerScript, { cacheFolder, threads: threads ?? availableParallelism() }, onTold);

  const trainings = new Trainings({
    startThread,
    failRun,
    onEvent: (folder, event) => notify('run/event', { folder, event }),
    onPredictions: (folder, predictions) => notify('run/predictions', { folder, predictions }),
  });
  const answers = new Answers(
    () =>
      startThread((told) => {
        if (told.type === 'event') notify('run/event', { folder: told.folder, event: told.event });
      }),
    IDLE_MILLISECONDS,
  );

  async function leave(): Promise<void> {
    await Promise.all([trainings.suspend(CHECKPOINT_MILLISECONDS), answers.end(CHECKPOINT_MILLISECONDS)]);
  }

  const handlers: Handlers = {
    initialize(settings) {
      cacheFolder = settings.cacheFolder ? resolve(settings.cacheFolder) : defaultCacheFolder();
      threads = settings.threads;
      return { version, process: process.pid };
    },

    'dataset/inspect': ({ file }) => inspectDataset(file),
    'dataset/preview': ({ taskFile, row, file }) => previewRow(taskFile, row, { file, cacheFolder }),

    'task/draft': ({ dataset, model }) => draftTask(dataset, { model }),
    'task/check': async ({ file, text }) => ({ problems: await checkTask(file, text) }),

    'models/list': () => listModels(cacheFolder),
    'models/pull': ({ name }, signal) =>
      pullModel(name, {
        cacheFolder,
        signal,
        onProgress: (progress) => notify('models/progress', progress),
      }),
    'models/remove': async ({ path }) => ({ freed: await removeFromCache(cacheFolder, path) }),

    'runs/list': ({ workspace }) => listRuns(workspace),
    'runs/read': ({ folder }) => readRun(folder),
    async 'runs/delete'({ folder }) {
      if (trainings.liveFolder === folder) {
        throw new SoftpromptError('run-invalid', `The run ${basename(folder)} is being trained.`, {
          hint: 'Cancel it first, then delete it.',
        });
      }
      await deleteRun(folder);
      return {};
    },

    'training/start': (params) => trainings.start(params),
    'training/resume': (params) => trainings.resume(params),
    'training/pause': ({ folder }) => trainings.tell(folder, 'pause'),
    'training/continue': ({ folder }) => trainings.tell(folder, 'continue'),
    'training/cancel': ({ folder }) => trainings.tell(folder, 'cancel'),

    evaluate: (params, signal) => answers.ask('evaluate', params, signal),
    predict: (params, signal) => answers.ask('predict', params, signal),

    async shutdown() {
      await leave();
      return {};
    },
  };
  return { handlers, leave };
}
