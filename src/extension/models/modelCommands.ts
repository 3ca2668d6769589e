import * as vscode from 'vscode';
import type { ModelSummary } from '../../protocol/models';
import type { Target } from '../choose';
import type { CommandTable } from '../command';
import { pick } from '../pick';
import { usersOf } from '../sidebar/modelUsers';
import { bytes } from '../wording';
import { listModels, modelsListing } from './listModels';
import { isModel } from './modelChoice';
import { downloadModel } from './modelDownload';
import { removalQuestion } from './modelRemoval';

/** Base models and the cache folder. */
export const MODEL_COMMANDS = {
  async 'softprompt.pullModel'(softprompt, target) {
    const models = await listModels(softprompt.host);
    const missing = models.filter((model) => model.state === 'available');
    if (missing.length === 0) {
      vscode.window.showInformationMessage(
        vscode.l10n.t('All models of the catalogue are on this computer.'),
      );
      return;
    }
    const model =
      modelOf(target, models) ??
      (await pick(
        missing.map((entry) => ({
          label: entry.title,
          description: `${bytes(entry.size)}, ${entry.licence ?? vscode.l10n.t('licence unknown')}`,
          value: entry,
        })),
        vscode.l10n.t('Which model?'),
      ));
    if (!model) return;
    await downloadModel(softprompt, model);
    vscode.window.showInformationMessage(vscode.l10n.t('{0} is on this computer now.', model.title));
  },

  async 'softprompt.removeModel'(softprompt, target) {
    const listing = await modelsListing(softprompt.host);
    const model = modelOf(target, listing.models);
    if (!model?.path) return;
    const users = usersOf(model, await softprompt.tasks.all());
    const { live } = softprompt.runs;
    if (live && users.includes(live.task)) {
      vscode.window.showWarningMessage(
        vscode.l10n.t('“{0}” is being tuned with {1}: cancel that first.', live.task, model.title),
      );
      return;
    }
    const { message, detail } = removalQuestion(model, listing, users);
    const remove = vscode.l10n.t('Remove');
    if ((await vscode.window.showWarningMessage(message, { modal: true, detail }, remove)) !== remove) return;
    const { freed } = await softprompt.host
      .request('models/remove', { path: model.path })
      .finally(() => softprompt.models.refresh());
    vscode.window.showInformationMessage(vscode.l10n.t('{0} freed.', bytes(freed)));
  },

  async 'softprompt.clearCache'(softprompt) {
    const { folder, contents } = await softprompt.host.request('models/list', {});
    if (contents.length === 0) {
      vscode.window.showInformationMessage(vscode.l10n.t('The cache folder {0} is empty.', folder));
      return;
    }
    const kinds = {
      model: vscode.l10n.t('model'),
      compiled: vscode.l10n.t('compiled model'),
      download: vscode.l10n.t('download'),
    };
    const chosen = await vscode.window.showQuickPick(
      contents.map((entry) => ({
        label: entry.name,
        description: `${kinds[entry.kind]}, ${bytes(entry.size)}`,
        picked: entry.kind !== 'model',
        entry,
      })),
      { canPickMany: true, placeHolder: vscode.l10n.t('What to remove from {0}', folder) },
    );
    if (!chosen?.length) return;
    let freed = 0;
    for (const { entry } of chosen) {
      freed += (await softprompt.host.request('models/remove', { path: entry.path })).freed;
    }
    vscode.window.showInformationMessage(vscode.l10n.t('{0} freed.', bytes(freed)));
    softprompt.models.refresh();
  },
} as const satisfies CommandTable;

/** The model of a line, or of a link in its tooltip, which names it. */
function modelOf(target: Target, models: readonly ModelSummary[]): ModelSummary | undefined {
  return isModel(target) ? target.model : models.find(({ name }) => name === target);
}
