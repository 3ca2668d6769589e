import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { SoftpromptError } from '../../protocol/errors';
import type { RunSummary } from '../../protocol/runs';
import type { Softprompt } from '../context';
import { exists } from '../exists';
import { ensureModel } from '../models/modelDownload';
import { saveFiles } from '../saveFiles';
import { type TaskEntry, taskEntry } from '../taskFile/taskEntry';
import { whileBusy } from '../whileBusy';
import { formatCount, tKnown } from '../wording';

/** Writes a task file beside a dataset, unless one of that name is there already; `model` as a task file names it. */
export async function createTask(
  { host, tasks }: Softprompt,
  dataset: string,
  model?: string,
): Promise<TaskEntry> {
  await saveFiles([dataset]);
  const { file, text } = await whileBusy(vscode.l10n.t('Reading {0}…', basename(dataset)), () =>
    host.request('task/draft', { dataset, ...(model && { model }) }),
  );
  if (!(await exists(file))) await writeFile(file, text, { flag: 'wx' });
  await tasks.refresh();
  return (await tasks.all()).find((task) => task.file === file) ?? taskEntry(file, text);
}

/**
 * From a task file to a run that trains, with its panel open. False when another run is under way, which is shown
 * instead, or when the user does not want the model.
 */
export async function tune(softprompt: Softprompt, task: TaskEntry): Promise<boolean> {
  const { host, panel, runs } = softprompt;
  if (runs.live) {
    await panel.open(runs.live.folder);
    vscode.window.showWarningMessage(
      vscode.l10n.t('“{0}” is being tuned; one training runs at a time.', runs.live.task),
    );
    return false;
  }
  await saveFiles([task.file, ...task.data]);
  const { problems } = await whileBusy(vscode.l10n.t('Checking “{0}”…', task.name), () =>
    host.request('task/check', { file: task.file }),
  );
  const error = problems.find((problem) => problem.severity === 'error');
  if (error) {
    throw new SoftpromptError('task-invalid', `${basename(task.file)}: ${error.message}`, {
      place: { file: task.file, ...error.place },
      hint: error.hint,
    });
  }
  if (!(await ensureModel(softprompt, task.model))) return false;
  const folder = await start(softprompt, task);
  await runs.refresh();
  await panel.open(folder);
  return true;
}

/** Runs on their way, by task file. */
const starting = new Map<string, Thenable<{ folder: string }>>();

/** The folder of a task's new run. A second click before it is there means the same run. */
async function start({ host }: Softprompt, { file, name }: TaskEntry): Promise<string> {
  const begun =
    starting.get(file) ??
    vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Starting to tune “{0}”…', name),
      },
      () => host.request('training/start', { taskFile: file }),
    );
  starting.set(file, begun);
  try {
    return (await begun).folder;
  } finally {
    starting.delete(file);
  }
}

/** Continues a paused run, or takes one that ended early up again from its checkpoint. */
export async function resume({ host, panel, runs }: Softprompt, run: RunSummary): Promise<void> {
  const { folder } = run;
  await host.request(run.state === 'paused' ? 'training/continue' : 'training/resume', { folder });
  await runs.refresh();
  await panel.open(folder);
}

/** Tests a run's best prompt again; the user can cancel. */
export async function evaluate({ host, panel, runs }: Softprompt, run: RunSummary): Promise<void> {
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Testing “{0}”', run.task),
      cancellable: true,
    },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const listening = host.on('run/event', ({ folder, event }) => {
        if (folder !== run.folder || event.type !== 'phase') return;
        const { done, total } = event;
        const phase = tKnown(event.phase);
        progress.report({
          message:
            total > 0
              ? vscode.l10n.t('{0}: {1} of {2}', phase, formatCount(done), formatCount(total))
              : `${phase}…`,
        });
      });
      try {
        await host.request('evaluate', { folder: run.folder }, stop.signal);
      } finally {
        listening.dispose();
      }
    },
  );
  await runs.refresh();
  await panel.open(run.folder);
}
