import { availableParallelism, cpus } from 'node:os';
import { basename, dirname } from 'node:path';
import { version } from '../../../package.json';
import { SoftpromptError } from '../../protocol/errors';
import type { Phase } from '../../protocol/phases';
import type { RunEvent, RunRecord } from '../../protocol/runs';
import { choosePrecision, type PrecisionChoice } from '../compile/choosePrecision';
import { headSize } from '../compile/classHead';
import { taskReader } from '../evaluation/taskReader';
import type { Checkpoint } from '../models/checkpoint';
import { openCheckpoint } from '../models/openCheckpoint';
import { resolveModel } from '../models/resolveModel';
import type { Tokenizer } from '../models/tokenizer';
import { refusePlacement } from '../task/checkPlacement';
import { fitToContext } from '../task/fitToContext';
import { type PreparedTask, prepareTask } from '../task/prepareTask';
import { conductRun } from './conductRun';
import { leftOutRows } from './leftOutRows';
import { LiveRun } from './liveRun';
import { createRunFolder, runsFolderOf } from './runFolder';
import { holdRun } from './runHold';
import { brakesOf, type RunOptions } from './runOptions';

/**
 * A run of a task, the whole way: rows, model, baselines, training, test, adapter.
 *
 * Resolves with the record of a run that is `finished`, `cancelled` or `interrupted` (the latter two can be resumed).
 * Rejects with the SoftpromptError of a run that failed: it is in run.json too, once there is a folder.
 */
export async function startRun(taskFile: string, options: RunOptions): Promise<RunRecord> {
  const control = brakesOf(options);
  const early: RunEvent[] = [phaseEvent('reading data')];
  const prepared = await prepareTask(taskFile, { signal: options.signal });
  early.push(phaseEvent('opening model'));
  const { task } = prepared;
  const path = await resolveModel(task.model, {
    taskFolder: dirname(task.file),
    cacheFolder: options.cacheFolder,
  });
  const source = await openCheckpoint(path);
  try {
    prepared.task = fitToContext(task, source.config.contextLength, source.config.kind);
    refusePlacement(task, source.config.kind, source.model);
    checkPrompt(prepared, await source.tokenizer());
    await control.breathe();
    const wish = options.precision ?? task.training.precision ?? 'auto';
    prepared.task.training = { ...task.training, precision: wish };
    const precision = await choosePrecision(source, wish, { ...options, breathe: control.breathe });
    const now = new Date();
    const folder = await createRunFolder(
      options.runsFolder ?? runsFolderOf(dirname(task.file)),
      task.name,
      now,
    );
    const record = newRecord(basename(folder), now, prepared, source, options.threads, precision);
    const release = await holdRun(folder);
    try {
      const run = await LiveRun.begin(folder, record, options);
      options.onCreated?.(folder);
      run.emit({ type: 'state', time: now.getTime(), state: 'preparing' });
      for (const event of early) run.emit(event);
      return await conductRun({ run, prepared, source, control, options });
    } finally {
      await release();
    }
  } finally {
    await source.close();
  }
}

/** What this model cannot do with the task's prompt or labels shows before there is a run. */
function checkPrompt(prepared: PreparedTask, tokenizer: Tokenizer): void {
  try {
    taskReader(prepared, tokenizer);
  } catch (error) {
    if (!(error instanceof SoftpromptError) || error.code !== 'task-invalid' || error.details.place)
      throw error;
    const place = { file: prepared.task.file };
    throw new SoftpromptError(error.code, error.message, { ...error.details, place });
  }
}

function newRecord(
  id: string,
  now: Date,
  prepared: PreparedTask,
  source: Checkpoint,
  threads: number | undefined,
  { precision, reason, int8Speed }: PrecisionChoice,
): RunRecord {
  const { task, labels, train, validation, test, leftOut, hashes } = prepared;
  const { config, parameters, fingerprint } = source;
  const { embeddingSize, hiddenSize } = config;
  const prompt = task.method.virtualTokens * embeddingSize;
  return {
    version: 1,
    id,
    task,
    state: 'preparing',
    createdAt: now.toISOString(),
    softprompt: version,
    model: {
      name: source.name,
      path: source.path,
      hash: fingerprint,
      architecture: config.architecture,
      kind: config.kind,
      parameters,
      hiddenSize,
      ...(embeddingSize !== hiddenSize && { embeddingSize }),
      layers: config.layers,
      ...(config.kind === 'encoder' && { tuned: prompt + headSize(labels.length, hiddenSize) }),
    },
    data: {
      hashes,
      rows: { train: train.length, validation: validation.length, test: test.length },
      leftOut: { count: leftOut.count, reasons: leftOut.reasons, rows: leftOutRows(prepared) },
      cutRows: 0,
    },
    device: {
      platform: `${process.platform}-${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      threads: threads ?? availableParallelism(),
      precision,
      precisionReason: reason,
      ...(int8Speed !== undefined && { int8Speed }),
    },
    // Where the task counts in epochs, known once the rows are read.
    steps: 'steps' in task.training.length ? task.training.length.steps : 0,
    results: {},
  };
}

function phaseEvent(phase: Phase): RunEvent {
  return { type: 'phase', time: Date.now(), phase, done: 0, total: 0 };
}
