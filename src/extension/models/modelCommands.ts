import * as vscode from 'vscode';
import type { CommandTable } from '../command';
import { pick } from '../pick';
import { bytes } from '../wording';
import { isModel, listModels } from './modelChoice';
import { downloadModel } from './modelDownload';

/** Base models and the cache folder. */
export const MODEL_COMMANDS = {
  async 'softprompt.pullModel'(softprompt, target) {
    const models = await listModels(softprompt.host);
    const missing = models.filter((model) => model.state === 'available');
    if (missing.length === 0) {
      vscode.window.showInformationMessage('All models of the catalogue are on this computer.');
      return;
    }
    const model = isModel(target)
      ? target.model
      : await pick(
          missing.map((entry) => ({
            label: entry.title,
            description: `${bytes(entry.size)}, ${entry.licence ?? 'licence unknown'}`,
            value: entry,
          })),
          'Which model?',
        );
    if (!model) return;
    await downloadModel(softprompt, model);
    vscode.window.showInformationMessage(`${model.title} is on this computer now.`);
  },

  async 'softprompt.clearCache'(softprompt) {
    const { folder, contents } = await softprompt.host.request('models/list', {});
    if (contents.length === 0) {
      vscode.window.showInformationMessage(`The cache folder ${folder} is empty.`);
      return;
    }
    const chosen = await vscode.window.showQuickPick(
      contents.map((entry) => ({
        label: entry.name,
        description: `${entry.kind}, ${bytes(entry.size)}`,
        picked: entry.kind !== 'model',
        entry,
      })),
      { canPickMany: true, placeHolder: `What to remove from ${folder}` },
    );
    if (!chosen?.length) return;
    let freed = 0;
    for (const { entry } of chosen) {
      freed += (await softprompt.host.request('models/remove', { path: entry.path })).freed;
    }
    vscode.window.showInformationMessage(`${bytes(freed)} freed.`);
    softprompt.models.refresh();
  },
} as const satisfies CommandTable;
