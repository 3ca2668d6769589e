import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { RunSummary } from '../protocol/runs';
import { chooseDataset, chooseRun, chooseTask, type Target } from './choose';
import type { Softprompt } from './context';
import { PREVIEW_SCHEME, previewOf, showPreview } from './dataset/promptPreview';
import { openPlace, showFailure } from './failures';
import { isDatasetFile } from './files';
import {
  canBeTuned,
  chooseModel,
  chooseModelForDraft,
  isModel,
  listModels,
  nameInTask,
  writeModel,
} from './models/modelChoice';
import { downloadModel } from './models/modelDownload';
import { pick } from './pick';
import { isLive } from './runs/liveSummary';
import { createTask, evaluate, resume, tune } from './runs/training';
import { bytes, count } from './wording';

export type Command = (softprompt: Softprompt, target: Target) => Promise<unknown>;

/** Commands that need no trusted workspace, as they run nothing. */
const HARMLESS: readonly string[] = ['softprompt.openLog'];

/** Every command of the manifest, by its name there; a test holds the two together. */
export const COMMANDS = {
  async 'softprompt.newTask'(softprompt, target) {
    const dataset = await chooseDataset(target);
    if (!dataset) return;
    const model = await chooseModelForDraft(softprompt, dirname(dataset));
    if (model !== null) await openPlace({ file: (await createTask(softprompt, dataset, model)).file });
  },

  async 'softprompt.useModel'(softprompt, target) {
    const chosen = isModel(target) ? target.model : await chooseModel(softprompt);
    if (!chosen || !(await canBeTuned(chosen))) return;
    const task = await chooseTask(softprompt, isModel(target) ? undefined : target);
    if (!task) return;
    await writeModel(task.file, nameInTask(chosen, dirname(task.file)));
    await softprompt.tasks.refresh();
  },

  async 'softprompt.tune'(softprompt, target) {
    const task = await chooseTask(softprompt, target);
    if (task) await tune(softprompt, task);
  },

  async 'softprompt.pause'(softprompt, target) {
    const run = await chooseLive(softprompt, target);
    if (run) await softprompt.host.request('training/pause', { folder: run.folder });
  },

  async 'softprompt.resume'(softprompt, target) {
    const run = await chooseRun(
      softprompt,
      target,
      ({ state }) => ['paused', 'interrupted', 'cancelled', 'failed'].includes(state),
      { none: 'There is no run to resume.' },
    );
    if (run) await resume(softprompt, run);
  },

  async 'softprompt.cancel'(softprompt, target) {
    const run = await chooseLive(softprompt, target);
    if (run) await softprompt.host.request('training/cancel', { folder: run.folder });
  },

  async 'softprompt.evaluate'(softprompt, target) {
    const run = await chooseRun(softprompt, target, (candidate) => !isLive(candidate), {
      newest: target !== undefined,
      none: 'There is no run to evaluate.',
    });
    if (run) await evaluate(softprompt, run);
  },

  async 'softprompt.openPanel'(softprompt, target) {
    const run =
      target === undefined && softprompt.runs.live
        ? softprompt.runs.live
        : await chooseRun(softprompt, target, () => true, {
            newest: true,
            none: 'There is no run to show yet.',
          });
    if (run) await softprompt.panel.open(run.folder);
  },

  async 'softprompt.previewPrompt'(softprompt, target) {
    const task = await chooseTask(softprompt, target);
    if (!task) return;
    const file = target instanceof vscode.Uri && isDatasetFile(target.fsPath) ? target.fsPath : undefined;
    await showPreview({ taskFile: task.file, row: 1, file });
  },
  'softprompt.previewNextRow': () => turnPreview(1),
  'softprompt.previewPreviousRow': () => turnPreview(-1),

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

  async 'softprompt.revealRun'(softprompt, target) {
    const run = await chooseRun(softprompt, target, () => true, { none: 'There is no run yet.' });
    if (!run) return;
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(join(run.folder, 'run.json')));
  },

  async 'softprompt.deleteRun'(softprompt, target) {
    const run = await chooseRun(softprompt, target, (candidate) => !isLive(candidate), {
      none: 'There is no run to delete.',
    });
    if (!run) return;
    const answer = await vscode.window.showWarningMessage(
      `Delete the run ${basename(run.folder)}, its ${count(run.step, 'step')} and its adapter?`,
      { modal: true },
      'Delete',
    );
    if (answer !== 'Delete') return;
    await softprompt.host.request('runs/delete', { folder: run.folder });
    await softprompt.runs.refresh();
  },

  async 'softprompt.refresh'({ models, runs, tasks }) {
    models.refresh();
    await tasks.refresh();
    await runs.refresh();
  },

  async 'softprompt.openLog'({ log }) {
    log.show();
  },
} as const satisfies Record<`softprompt.${string}`, Command>;

export function registerCommands(softprompt: Softprompt): vscode.Disposable[] {
  return Object.entries<Command>(COMMANDS).map(([name, command]) =>
    vscode.commands.registerCommand(name, async (target: Target) => {
      try {
        if (vscode.workspace.isTrusted || HARMLESS.includes(name)) await command(softprompt, target);
        else await askForTrust();
      } catch (error) {
        await showFailure(softprompt, error, name);
      }
    }),
  );
}

/** The run that this window's host works on, unless another was named: then the host says why it cannot be told. */
function chooseLive(softprompt: Softprompt, target: Target): Promise<RunSummary | undefined> {
  const ours = softprompt.runs.live?.folder;
  return chooseRun(softprompt, target, (run) => run.folder === ours, { none: 'No run is being trained.' });
}

async function askForTrust(): Promise<void> {
  const choice = await vscode.window.showWarningMessage(
    'Softprompt runs nothing in a workspace that is not trusted.',
    'Manage Workspace Trust',
  );
  if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
}

async function turnPreview(rows: number): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme !== PREVIEW_SCHEME) return;
  const preview = previewOf(uri);
  await showPreview({ ...preview, row: Math.max(1, preview.row + rows) });
}
