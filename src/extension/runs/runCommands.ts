import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import { chooseRun, runsMeant, type Target } from '../choose';
import type { Command, CommandTable } from '../command';
import type { Softprompt } from '../context';
import { count } from '../wording';
import { isLive } from './liveSummary';
import { revealRun } from './revealRun';
import { evaluate, resume } from './training';

/** Runs that a question lists by name. */
const MOST_NAMED = 10;

/** What can be done with a run. */
export const RUN_COMMANDS = {
  async 'softprompt.pause'(softprompt, target) {
    const run = await chooseLive(softprompt, target);
    if (run) await softprompt.host.request('training/pause', { folder: run.folder });
  },

  async 'softprompt.resume'(softprompt, target) {
    const run = await chooseRun(
      softprompt,
      target,
      ({ state }) => ['paused', 'interrupted', 'cancelled', 'failed'].includes(state),
      { none: vscode.l10n.t('There is no run to resume.') },
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
      none: vscode.l10n.t('There is no run to evaluate.'),
    });
    if (run) await evaluate(softprompt, run);
  },

  async 'softprompt.openPanel'(softprompt, target) {
    const run =
      target === undefined && softprompt.runs.live
        ? softprompt.runs.live
        : await chooseRun(softprompt, target, () => true, {
            newest: true,
            none: vscode.l10n.t('There is no run to show yet.'),
          });
    if (run) await softprompt.panel.open(run.folder);
  },

  async 'softprompt.revealRun'(softprompt, target) {
    const run = await chooseRun(softprompt, target, () => true, {
      none: vscode.l10n.t('There is no run yet.'),
    });
    if (run) await revealRun(run.folder);
  },

  async 'softprompt.deleteRun'(softprompt, target, selected) {
    const runs = await chooseEnded(softprompt, target, selected);
    if (runs.length === 0) return;
    const confirm = vscode.l10n.t('Delete');
    const [first] = runs;
    const answer = await vscode.window.showWarningMessage(
      runs.length === 1
        ? vscode.l10n.t(
            'Delete the run {0}, its {1} and its adapter?',
            basename(first!.folder),
            count(first!.step, 'step'),
          )
        : vscode.l10n.t('Delete {0} with their adapters?', count(runs.length, 'run')),
      { modal: true, detail: runs.length > 1 ? foldersOf(runs) : undefined },
      confirm,
    );
    if (answer !== confirm) return;
    try {
      for (const { folder } of runs) await softprompt.host.request('runs/delete', { folder });
    } finally {
      await softprompt.runs.refresh();
    }
  },

  async 'softprompt.openLog'({ log }) {
    log.show();
  },
} as const satisfies CommandTable;

/** Folder names below each other, as many as a question has room for. */
function foldersOf(runs: readonly RunSummary[]): string {
  const names = runs.slice(0, MOST_NAMED).map(({ folder }) => basename(folder));
  const rest = runs.length - names.length;
  return [...names, ...(rest > 0 ? [vscode.l10n.t('… and {0} more', rest)] : [])].join('\n');
}

/** The runs of the lines meant that have ended; of none, the user's pick. */
async function chooseEnded(
  softprompt: Softprompt,
  target: Target,
  selected: Parameters<Command>[2],
): Promise<RunSummary[]> {
  const none = vscode.l10n.t('There is no run to delete.');
  if (target !== undefined) {
    const meant = runsMeant(softprompt, target, selected, await softprompt.runs.all());
    const ended = meant.filter((run) => !isLive(run));
    if (meant.length > 0 && ended.length === 0) {
      const { task } = meant[0]!;
      vscode.window.showWarningMessage(
        vscode.l10n.t('“{0}” is being tuned: cancel that first, then the run can be deleted.', task),
      );
    }
    if (meant.length > 0) return ended;
  }
  const fallback = target instanceof Object && 'kind' in target ? undefined : target;
  const run = await chooseRun(softprompt, fallback, (candidate) => !isLive(candidate), { none });
  return run ? [run] : [];
}

/** The run that this window's host works on, unless another was named: then the host says why it cannot be told. */
function chooseLive(softprompt: Softprompt, target: Target): Promise<RunSummary | undefined> {
  const ours = softprompt.runs.live?.folder;
  return chooseRun(softprompt, target, (run) => run.folder === ours, {
    none: vscode.l10n.t('No run is being trained.'),
  });
}
