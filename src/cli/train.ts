import { resumeRun } from '../engine/runs/resumeRun';
import { readRecord } from '../engine/runs/runRecord';
import { startRun } from '../engine/runs/startRun';
import type { PrecisionWish } from '../protocol/precision';
import type { EvaluatedRows } from '../protocol/requests';
import type { PredictionRecord, RunEvent, RunRecord } from '../protocol/runs';
import { shortPath } from './comparison';
import type { CommandContext } from './context';
import type { ExitCode } from './exitCodes';
import { findRun } from './findRun';
import { interruptible } from './interrupts';
import { reportRun } from './report';
import { RunEvents } from './runEvents';

export interface TrainOptions {
  resume?: string;
  runs?: string;
  precision?: PrecisionWish;
}

/** `softprompt train TASK`, `softprompt train --resume RUN`. */
export async function train(
  context: CommandContext,
  taskFile: string | undefined,
  { resume, runs, precision }: TrainOptions,
): Promise<ExitCode> {
  const { terminal, cacheFolder, threads } = context;
  const leaving = new AbortController();
  const events = new RunEvents(terminal);
  let folder = resume === undefined ? '' : await findRun(resume);
  let predictions: PredictionRecord[] = [];
  const options = {
    cacheFolder,
    threads,
    runsFolder: runs,
    precision,
    signal: leaving.signal,
    onCreated(created: string) {
      folder = created;
      terminal.json({ type: 'run', folder });
      terminal.note(`Run ${shortPath(folder)}`);
    },
    onEvent(event: RunEvent) {
      events.show(event);
      // The number of steps is known as soon as training begins.
      if (event.type === 'step' && events.planned === 0) void readPlan();
    },
    onPredictions(rows: EvaluatedRows) {
      if (rows.split === 'test') predictions = rows.predictions;
    },
  };
  const readPlan = async () => {
    events.planned = (await readRecord(folder).catch(() => null))?.steps ?? 0;
  };
  const stopping = {
    stop() {
      terminal.note('Saving a checkpoint. Press Ctrl-C again to stop at once.');
      leaving.abort();
    },
    abandon() {
      terminal.clearProgress();
      process.exit(130 satisfies ExitCode);
    },
  };
  const record = await interruptible(stopping, () =>
    resume === undefined ? startRun(taskFile!, options) : resumeRun(folder, options),
  );
  return finish(context, folder, record, predictions);
}

function finish(
  { terminal }: CommandContext,
  folder: string,
  record: RunRecord,
  predictions: PredictionRecord[],
): ExitCode {
  terminal.clearProgress();
  terminal.json({ type: 'result', folder, record });
  if (record.state === 'finished') {
    reportRun(terminal, folder, record, predictions);
    return 0;
  }
  terminal.note(`The run was ${record.state}. Resume with: softprompt train --resume ${shortPath(folder)}`);
  return 130;
}
