import * as vscode from 'vscode';
import { MOST_COMPARED } from '../../protocol/compare';
import { SoftpromptError } from '../../protocol/errors';
import type { RunSummary } from '../../protocol/runs';
import { runsMeant } from '../choose';
import type { CommandTable } from '../command';
import type { Softprompt } from '../context';
import { count, runDescription, runTime } from '../wording';

/** Putting runs side by side. */
export const COMPARE_COMMANDS = {
  async 'softprompt.compareRuns'(softprompt, target, selected) {
    const meant = runsMeant(softprompt, target, selected, await softprompt.runs.all());
    const several = meant.length > 1 && target !== undefined;
    const runs = several ? meant : await chooseSeveral(softprompt, meant);
    if (!runs) return;
    await softprompt.compare.open(runs.slice(0, MOST_COMPARED).map(({ folder }) => folder));
    if (runs.length > MOST_COMPARED) {
      vscode.window.showInformationMessage(
        vscode.l10n.t(
          '{0} are selected; the first {1} are compared.',
          count(runs.length, 'run'),
          MOST_COMPARED,
        ),
      );
    }
  },
} as const satisfies CommandTable;

/** The user's pick of runs; those meant already are ticked, those of the same task come first. */
async function chooseSeveral(
  { runs }: Softprompt,
  ticked: readonly RunSummary[],
): Promise<readonly RunSummary[] | undefined> {
  const all = await runs.all();
  if (all.length < 2) {
    throw new SoftpromptError(
      'run-invalid',
      vscode.l10n.t('Comparing takes two runs; this workspace has {0}.', count(all.length, 'run')),
      { hint: vscode.l10n.t('Softprompt: Tune starts a run, for example with another seed.') },
    );
  }
  const own = new Set(ticked.map(({ taskFile }) => taskFile));
  const tasks = new Set(ticked.map(({ folder }) => folder));
  const sorted = [...all].sort(
    (a, b) =>
      Number(own.has(b.taskFile)) - Number(own.has(a.taskFile)) || b.createdAt.localeCompare(a.createdAt),
  );
  const chosen = await vscode.window.showQuickPick(
    sorted.map((run) => ({
      label: `${run.task}, ${runTime(run.createdAt)}`,
      description: runDescription(run, false),
      detail: vscode.workspace.asRelativePath(run.taskFile),
      picked: tasks.has(run.folder),
      run,
    })),
    {
      canPickMany: true,
      matchOnDescription: true,
      title: vscode.l10n.t('Compare Runs'),
      placeHolder: vscode.l10n.t('Two to {0} runs, of one task or of several', MOST_COMPARED),
    },
  );
  if (!chosen || chosen.length === 0) return undefined;
  return chosen.map(({ run }) => run);
}
