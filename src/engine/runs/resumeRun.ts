import { basename } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { RunRecord } from '../../protocol/runs';
import type { Checkpoint as ModelFiles } from '../models/checkpoint';
import { openCheckpoint } from '../models/openCheckpoint';
import { type PreparedTask, prepareResolvedTask } from '../task/prepareTask';
import { readCheckpoint } from '../tuning/checkpoint';
import { conductRun } from './conductRun';
import { LiveRun } from './liveRun';
import { runFiles } from './runFolder';
import { holdRun, refuseHeld } from './runHold';
import { brakesOf, type RunOptions } from './runOptions';
import { readRecord } from './runRecord';

/**
 * Goes on with a run that was cancelled, interrupted or failed, from its last checkpoint, with the task as it was then.
 * Resolves and rejects as `startRun`; also rejects when the run is live or finished, or its model or data have changed.
 */
export async function resumeRun(folder: string, options: RunOptions): Promise<RunRecord> {
  refuseUnlessStopped(await readRecord(folder));
  const release = await holdRun(folder);
  try {
    return await goOn(folder, options);
  } finally {
    await release();
  }
}

async function goOn(folder: string, options: RunOptions): Promise<RunRecord> {
  const control = brakesOf(options);
  // Whoever held the run until now may have ended it.
  const record = await readRecord(folder);
  refuseUnlessStopped(record);
  const checkpoint = await readCheckpoint(runFiles(folder).checkpoint);
  const prepared = await prepareResolvedTask(record.task, { signal: options.signal });
  checkData(record, prepared);
  const source = await openCheckpoint(record.model.path);
  try {
    checkModel(record, source);
    await control.breathe();
    const { error: _, endedAt: __, ...rest } = record;
    const run = await LiveRun.begin(
      folder,
      { ...rest, state: 'preparing', results: {} },
      { onEvent: options.onEvent, keepBytes: checkpoint?.metricsBytes ?? 0 },
    );
    options.onCreated?.(folder);
    run.emit({ type: 'state', time: Date.now(), state: 'preparing' });
    run.emit({ type: 'resumed', time: Date.now(), step: checkpoint?.state.step ?? 0 });
    // The order in which threads add numbers up shows in their last bits.
    const threads = options.threads ?? record.device.threads;
    return await conductRun({
      run,
      prepared,
      source,
      control,
      options: { ...options, threads },
      state: checkpoint?.state,
    });
  } finally {
    await source.close();
  }
}

function refuseUnlessStopped({ id, state, process }: RunRecord): void {
  refuseHeld(id, process);
  if (state !== 'finished') return;
  throw new SoftpromptError('run-invalid', l10n`The run ${id} is finished.`, {
    hint: l10n`Start a new run of the task.`,
  });
}

function checkData(record: RunRecord, { hashes }: PreparedTask): void {
  const changed = Object.keys(hashes).filter((file) => hashes[file] !== record.data.hashes[file]);
  if (changed.length === 0) return;
  const names = changed.map((file) => basename(file)).join(', ');
  throw new SoftpromptError(
    'run-invalid',
    l10n`The run ${record.id} cannot go on: ${names} changed since it was started.`,
    { hint: l10n`Start a new run, or bring the old file back.` },
  );
}

function checkModel(record: RunRecord, source: ModelFiles): void {
  if (source.fingerprint === record.model.hash) return;
  throw new SoftpromptError(
    'run-invalid',
    l10n`The run ${record.id} cannot go on: the model at ${source.path} is not the one it was started with.`,
    { hint: l10n`Start a new run, or bring the old model back.` },
  );
}
