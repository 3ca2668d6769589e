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
import { formatCount, percent, tKnown } from '../wording';

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
  const { folder } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Starting to tune “{0}”…', task.name),
    },
    () => host.request('training/start', { taskFile: task.file }),
  );
  await runs.refresh();
  await panel.open(folder);
  return true;
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

/** Says how a run ended, unless its panel is in view. */
export async function announceEnd(softprompt: Softprompt, run: RunSummary): Promise<void> {
  const { panel, log } = softprompt;
  const [openPanel, openLog] = [vscode.l10n.t('Open Panel'), vscode.l10n.t('Open Log')];
  log.info(`Run ${run.id}: ${run.state}.`);
  if (run.state === 'interrupted') {
    const message = vscode.l10n.t(
      'The training host stopped, and with it the run of “{0}”. Nothing before its last checkpoint is lost.',
      run.task,
    );
    const goOn = vscode.l10n.t('Resume');
    const choice = await vscode.window.showWarningMessage(message, goOn, openLog);
    if (choice === goOn) await vscode.commands.executeCommand('softprompt.resume', run.folder);
    if (choice === openLog) log.show();
    return;
  }
  if (panel.shows(run.folder) || (run.state !== 'finished' && run.state !== 'failed')) return;
  const choice =
    run.state === 'finished'
      ? await vscode.window.showInformationMessage(tunedMessage(run), openPanel)
      : await vscode.window.showErrorMessage(
          vscode.l10n.t('The run of “{0}” failed.', run.task),
          openPanel,
          openLog,
        );
  if (choice === openPanel) await panel.open(run.folder);
  if (choice === openLog) log.show();
}

function tunedMessage({ task, score, baseline }: RunSummary): string {
  if (score === undefined) return vscode.l10n.t('“{0}” is tuned.', task);
  if (baseline === undefined)
    return vscode.l10n.t('“{0}” is tuned: {1} on the test rows.', task, percent(score));
  return vscode.l10n.t(
    '“{0}” is tuned: {1} on the test rows, the best hard prompt {2}.',
    task,
    percent(score),
    percent(baseline),
  );
}
