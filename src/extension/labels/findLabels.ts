import * as vscode from 'vscode';
import type { LabelProgress, LabelReview } from '../../protocol/labels';
import type { Softprompt } from '../context';
import { ensureModel } from '../models/modelDownload';
import { offer } from '../offer';
import { saveFiles } from '../saveFiles';
import type { TaskEntry } from '../taskFile/taskEntry';
import { count, formatCount } from '../wording';
import { LABELS_VIEW } from './labelsView';

/** Looks for suspicious labels of a task, with progress that can be cancelled, and shows what was found. */
export async function findLabels(softprompt: Softprompt, task: TaskEntry): Promise<void> {
  const { host, labels } = softprompt;
  await saveFiles([task.file, ...task.data]);
  if (!(await ensureModel(softprompt, task.model))) return;
  const review = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Looking for suspicious labels in “{0}”', task.name),
      cancellable: true,
    },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      let shown = 0;
      const listening = host.on('labels/progress', (told) => {
        if (told.taskFile !== task.file) return;
        progress.report({ message: progressText(told), increment: 100 * (told.share - shown) });
        shown = told.share;
      });
      try {
        return await host.request('labels/check', { taskFile: task.file }, stop.signal);
      } finally {
        listening.dispose();
      }
    },
  );
  labels.reviews.set(review);
  await vscode.commands.executeCommand(`${LABELS_VIEW}.focus`);
  tell(softprompt, review);
}

function tell(softprompt: Softprompt, review: LabelReview): void {
  const open = review.labels.filter(({ state }) => state === 'open').length;
  const rows = count(review.rows, 'row');
  if (open === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No suspicious labels among {0}.', rows));
    return;
  }
  const message = vscode.l10n.t(
    '{0} of {1} look wrong. Walk through them: exclude a row, or say that its label is right.',
    count(open, 'label'),
    formatCount(review.rows),
  );
  offer(softprompt, message, { [vscode.l10n.t('Walk Through')]: () => softprompt.labels.walk(1) });
}

function progressText({ phase, fold, folds, done, total }: LabelProgress): string {
  const part = vscode.l10n.t('part {0} of {1}', `${fold}`, `${folds}`);
  const [now, all] = [formatCount(done), formatCount(total)];
  const texts: Record<LabelProgress['phase'], string> = {
    'opening model': vscode.l10n.t('opening the model…'),
    tuning: vscode.l10n.t('{0}: step {1} of {2}', part, now, all),
    'reading rows': vscode.l10n.t('{0}: row {1} of {2}', part, now, all),
  };
  return texts[phase];
}
