import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import type { Softprompt } from '../context';
import { atLine } from '../lineAddress';
import { pick } from '../pick';
import { isLive } from '../runs/liveSummary';
import type { Services } from '../services';
import { formatCount, percent, runDescription, runTime, tKnown } from '../wording';
import { shareOfHeldOut } from './datasetTitle';

/** A run with a prompt that can be asked. */
function canAnswer(run: RunSummary): boolean {
  return !isLive(run) && run.score !== undefined;
}

/** Runs whose prompt can answer a dataset's rows, newest first: those of tasks that use it, else all. */
export async function runsFor(
  { runs, tasks }: Pick<Services, 'runs' | 'tasks'>,
  file: string,
): Promise<{ runs: RunSummary[]; own: boolean }> {
  const all = (await runs.all()).filter(canAnswer).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const using = (await tasks.using(file)).map((task) => task.file);
  const own = all.filter(({ taskFile }) => using.includes(taskFile));
  return using.length > 0 ? { runs: own, own: true } : { runs: all, own: false };
}

/** Has the newest prompt of the dataset's task, or one that the user picks, answer every row; the user can cancel. */
export async function evaluateDataset(softprompt: Softprompt, document: vscode.TextDocument): Promise<void> {
  const { host, predictions } = softprompt;
  const file = document.uri.fsPath;
  const found = await runsFor(softprompt, file);
  if (found.runs.length === 0) {
    const tune = vscode.l10n.t('Tune a Prompt');
    const message = vscode.l10n.t('There is no tuned prompt for {0} yet.', basename(file));
    if ((await vscode.window.showInformationMessage(message, tune)) === tune) {
      await vscode.commands.executeCommand('softprompt.tune', document.uri);
    }
    return;
  }
  const run = found.own ? found.runs[0] : await pickRun(found.runs);
  if (!run || (document.isDirty && !(await document.save()))) return;
  const { folder } = run;
  const { unknownLabels } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('“{0}” answers the rows of {1}', run.task, basename(file)),
      cancellable: true,
    },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      const listening = host.on('evaluate/progress', (told) => {
        if (told.folder !== folder || told.file !== file) return;
        const phase = tKnown(told.phase);
        const [done, total] = [formatCount(told.done), formatCount(told.total)];
        const message = told.total > 0 ? vscode.l10n.t('{0}: {1} of {2}', phase, done, total) : `${phase}…`;
        progress.report({ message });
      });
      try {
        return await host.request('evaluate/file', { folder, file }, stop.signal);
      } finally {
        listening.dispose();
      }
    },
  );
  await predictions.load(file);
  await tellResult(softprompt, document, unknownLabels);
}

async function pickRun(runs: readonly RunSummary[]): Promise<RunSummary | undefined> {
  if (runs.length === 1) return runs[0];
  return pick(
    runs.map((run) => ({
      label: vscode.l10n.t('{0}, {1}', run.task, runTime(run.createdAt)),
      description: runDescription(run, false),
      value: run,
    })),
    vscode.l10n.t('Which run’s prompt?'),
  );
}

async function tellResult(
  { predictions }: Softprompt,
  { uri }: vscode.TextDocument,
  unknownLabels: number,
): Promise<void> {
  const rows = predictions.of(uri.fsPath)?.rows ?? [];
  if (rows.length === 0) return;
  const wrong = rows.filter(({ correct }) => !correct).length;
  const share = percent((rows.length - wrong) / rows.length);
  const sentences = [
    vscode.l10n.t('{0}: {1} right, {2} wrong.', basename(uri.fsPath), share, formatCount(wrong)),
  ];
  const heldOutShare = shareOfHeldOut(rows);
  if (heldOutShare !== undefined) {
    sentences.push(
      vscode.l10n.t(
        'On the held-out rows, which the prompt has never seen: {0} right.',
        percent(heldOutShare),
      ),
    );
  }
  if (unknownLabels > 0) {
    sentences.push(
      vscode.l10n.t(
        'Left out, as the prompt does not know their labels: {0} rows.',
        formatCount(unknownLabels),
      ),
    );
  }
  const go = vscode.l10n.t('Go to First Mistake');
  const choice = await vscode.window.showInformationMessage(sentences.join(' '), ...(wrong > 0 ? [go] : []));
  if (choice === go) {
    await vscode.commands.executeCommand('softprompt.nextMistake', atLine(uri, 1));
  }
}
