import { basename, resolve } from 'node:path';
import { version } from '../../package.json';
import { defaultCacheFolder, removeFromCache } from '../engine/models/cacheFolder';
import { pullModel } from '../engine/models/pull';
import { listRuns, readRun } from '../engine/runs/readRuns';
import { deleteRun } from '../engine/runs/runFolder';
import { failRun } from '../engine/runs/runRecord';
import { SoftpromptError } from '../protocol/errors';
import { l10n, type Translations, useTranslations } from '../protocol/l10n';
import type { NotificationName, Notifications } from '../protocol/requests';
import { ComputeThread, type Told } from './computeThread';
import { LabelChecks } from './labelChecks';
import { OnDemandThread } from './onDemandThread';
import type { Handlers } from './serve';
import { Trainings } from './trainings';

/** How long a thread, and with it the model of a trial, stays in memory after the last question. */
const IDLE_MILLISECONDS = 120_000;
/** Longer for tables: to open a large one again means to read it again. */
const TABLE_IDLE_MILLISECONDS = 900_000;
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
  let translations: Translations | undefined;

  const startThread = (onTold: (told: Told) => void): ComputeThread =>
    new ComputeThread(workerScript, { cacheFolder, threads, translations }, onTold);

  const trainings = new Trainings({
    startThread,
    failRun,
    onEvent: (folder, event) => notify('run/event', { folder, event }),
    onPredictions: (folder, rows) => notify('run/predictions', { folder, ...rows }),
  });
  const labels = new LabelChecks({
    startThread,
    requireNoTraining: () => trainings.requireIdle(),
    onProgress: (progress) => notify('labels/progress', progress),
  });
  const onTold = (told: Told): void => {
    if (told.type === 'event') notify('run/event', { folder: told.folder, event: told.event });
    if (told.type === 'evaluation') notify('evaluate/progress', told.progress);
    if (told.type === 'text') notify('predict/text', { id: told.id, text: told.text });
  };
  const reader = new OnDemandThread(() => startThread(onTold), IDLE_MILLISECONDS);
  const tables = new OnDemandThread(() => startThread(onTold), TABLE_IDLE_MILLISECONDS);
  const answerer = new OnDemandThread(() => startThread(onTold), IDLE_MILLISECONDS);

  async function leave(): Promise<void> {
    await trainings.suspend(CHECKPOINT_MILLISECONDS);
  }

  const handlers: Handlers = {
    initialize(settings) {
      cacheFolder = settings.cacheFolder ? resolve(settings.cacheFolder) : defaultCacheFolder();
      threads = settings.threads;
      translations = settings.translations;
      useTranslations(translations);
      reader.release();
      answerer.release();
      return { version, process: process.pid };
    },

    'dataset/inspect': (params, signal) => reader.run('dataset/inspect', params, signal),
    'dataset/preview': (params, signal) => reader.run('dataset/preview', params, signal),
    'dataset/rows': (params, signal) => reader.run('dataset/rows', params, signal),
    'dataset/predictions': (params, signal) => reader.run('dataset/predictions', params, signal),

    'table/state': (params, signal) => tables.run('table/state', params, signal),
    'table/rows': (params, signal) => tables.run('table/rows', params, signal),
    'table/row': (params, signal) => tables.run('table/row', params, signal),
    'table/close': (params, signal) => tables.run('table/close', params, signal),

    'task/draft': (params, signal) => reader.run('task/draft', params, signal),
    'task/check': (params, signal) => reader.run('task/check', params, signal),
    'task/exclude': (params, signal) => reader.run('task/exclude', params, signal),

    'models/list': (params, signal) => reader.run('models/list', params, signal),
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
      if (await trainings.worksOn(folder)) {
        throw new SoftpromptError('run-invalid', l10n`The run ${basename(folder)} is being trained.`, {
          hint: l10n`Cancel it first, then delete it.`,
        });
      }
      await deleteRun(folder);
      return {};
    },

    async 'training/start'(params) {
      labels.requireIdle();
      return trainings.start(params);
    },
    async 'training/resume'(params) {
      labels.requireIdle();
      return trainings.resume(params);
    },
    'training/pause': ({ folder }) => trainings.tell(folder, 'pause'),
    'training/continue': ({ folder }) => trainings.tell(folder, 'continue'),
    'training/cancel': ({ folder }) => trainings.tell(folder, 'cancel'),

    evaluate: (params, signal) => answerer.run('evaluate', params, signal),
    'evaluate/file': (params, signal) => answerer.run('evaluate/file', params, signal),
    predict: (params, signal) => answerer.run('predict', params, signal),
    'predict/row': (params, signal) => reader.run('predict/row', params, signal),

    'labels/check': (params, signal) => labels.check(params, signal),
    'labels/read': (params, signal) => reader.run('labels/read', params, signal),
    'labels/dismiss': (params, signal) => reader.run('labels/dismiss', params, signal),

    async shutdown() {
      await leave();
      return {};
    },
  };
  return { handlers, leave };
}
