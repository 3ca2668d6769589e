import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import type { Softprompt } from '../context';
import type { Services } from '../services';
import { percent } from '../wording';

/** Says how a run ended, unless its panel is in view; one that the user cancelled needs no word. */
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
      : await vscode.window.showErrorMessage(await failedMessage(softprompt, run), openPanel, openLog);
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

/** With the reason, as far as the run's record has it. */
async function failedMessage(
  { host }: Pick<Services, 'host'>,
  { task, folder }: RunSummary,
): Promise<string> {
  const failed = vscode.l10n.t('The run of “{0}” failed.', task);
  const { record } = await host.request('runs/read', { folder }).catch(() => ({ record: undefined }));
  return [failed, record?.error?.message, record?.error?.hint].filter(Boolean).join(' ');
}
