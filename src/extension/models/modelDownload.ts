import * as vscode from 'vscode';
import type { ModelSummary } from '../../protocol/models';
import type { Softprompt } from '../context';
import { bytes } from '../wording';
import { listModels } from './listModels';

/**
 * Sees to it that a task's model is on disk: asks once whether to download it; `yes` says for what. False when the user
 * says no. Paths and names that are not in the catalogue pass: the host says what is wrong with them.
 */
export async function ensureModel(
  softprompt: Softprompt,
  name: string | undefined,
  yes = vscode.l10n.t('Download and tune'),
): Promise<boolean> {
  const models = await listModels(softprompt.host);
  const model = models.find((entry) => entry.name === name);
  if (!model || model.state === 'on-disk') return true;
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('The base model {0} ({1}) is not on this computer yet.', model.title, bytes(model.size)),
    yes,
  );
  if (choice === undefined) return false;
  await downloadModel(softprompt, model);
  return true;
}

/** Downloads with progress; the user can cancel, and what was received is kept for the next try. */
export async function downloadModel(
  { host, models }: Pick<Softprompt, 'host' | 'models'>,
  model: Pick<ModelSummary, 'name' | 'title'>,
): Promise<ModelSummary> {
  const downloaded = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Downloading {0}', model.title),
      cancellable: true,
    },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      let share = 0;
      const listening = host.on('models/progress', ({ name, source, received, total }) => {
        if (name !== model.name) return;
        const before = share;
        share = total > 0 ? (100 * received) / total : 0;
        const amount =
          total > 0 ? vscode.l10n.t('{0} of {1}', bytes(received), bytes(total)) : bytes(received);
        progress.report({ message: `${source}: ${amount}`, increment: Math.max(0, share - before) });
      });
      try {
        return await host.request('models/pull', { name: model.name }, stop.signal);
      } finally {
        listening.dispose();
      }
    },
  );
  models.refresh();
  return downloaded;
}
