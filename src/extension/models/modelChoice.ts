import { relative, sep } from 'node:path';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import { SoftpromptError } from '../../protocol/errors';
import type { ModelSummary } from '../../protocol/models';
import type { Target } from '../choose';
import { openPlace } from '../failures';
import { pick } from '../pick';
import type { Services } from '../services';
import { type ModelNode, modelNodes } from '../sidebar/sidebarTree';
import { modelFacts, PLACE_NAMES } from '../wording';
import { listModels } from './listModels';

export function isModel(target: Target): target is ModelNode {
  return target instanceof Object && 'kind' in target && target.kind === 'model';
}

/** A model that the user picks; those that cannot be tuned stand last, with the reason. */
export async function chooseModel({ host }: Pick<Services, 'host'>): Promise<ModelSummary | undefined> {
  return pick(modelItems(await listModels(host)), vscode.l10n.t('Which base model?'));
}

/**
 * The model for a new task, as its file names it. Asked only where there is a choice: undefined is the usual one, null that
 * the user picked nothing.
 */
export async function chooseModelForDraft(
  { host }: Pick<Services, 'host'>,
  folder: string,
): Promise<string | undefined | null> {
  const models = await listModels(host);
  if (!models.some(({ place, obstacle }) => place !== 'catalogue' && !obstacle)) return undefined;
  const chosen = await pick(modelItems(models), vscode.l10n.t('The base model to tune a prompt for'));
  return chosen && (await canBeTuned(chosen)) ? nameInTask(chosen, folder) : null;
}

export function modelItems(
  models: readonly ModelSummary[],
): (vscode.QuickPickItem & { value: ModelSummary })[] {
  const all = modelNodes(models).flatMap((node) => (node.kind === 'place' ? node.models : [node]));
  const items = all.map(({ model }) => ({
    label: `$(${model.obstacle ? 'circle-slash' : model.state === 'on-disk' ? 'package' : 'cloud-download'}) ${model.title}`,
    description: modelFacts(model),
    detail:
      model.obstacle?.reason ??
      (model.state === 'on-disk' ? PLACE_NAMES[model.place] : vscode.l10n.t('To be downloaded')),
    value: model,
  }));
  return [...items.filter(({ value }) => !value.obstacle), ...items.filter(({ value }) => value.obstacle)];
}

/** False for a model that cannot be tuned, after saying why. */
export async function canBeTuned({ title, obstacle }: ModelSummary): Promise<boolean> {
  if (!obstacle) return true;
  vscode.window.showWarningMessage(
    [vscode.l10n.t('{0} cannot be tuned here. {1}', title, obstacle.reason), obstacle.hint]
      .filter(Boolean)
      .join(' '),
  );
  return false;
}

/** What a task file in this folder calls a model: models of the workspace by their paths from there. */
export function nameInTask({ place, name, path }: ModelSummary, folder: string): string {
  if (place !== 'workspace' || path === undefined) return name;
  const way = relative(folder, path).split(sep).join('/');
  return way.startsWith('.') ? way : `./${way}`;
}

/** Puts a model into a task file, in the editor: it can be undone. */
export async function writeModel(file: string, name: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const root = parseTree(document.getText());
  const value = root && findNodeAtLocation(root, ['model']);
  if (!value) {
    throw new SoftpromptError('task-invalid', vscode.l10n.t('The task file has no "model" to replace.'), {
      place: { file },
    });
  }
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(
    document.positionAt(value.offset),
    document.positionAt(value.offset + value.length),
  );
  edit.replace(document.uri, range, JSON.stringify(name));
  await vscode.workspace.applyEdit(edit);
  await openPlace({ file });
}
