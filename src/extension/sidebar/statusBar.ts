import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import type { Softprompt } from '../context';
import { fixed, formatCount } from '../wording';
import { ALERTS, duration, type LiveFacts, scoreWords, statusText } from './liveWords';
import { factsTable, withCommands } from './tooltips';

/**
 * While nothing but steps change the line is written this often at most: a click is lost when the text under the pointer
 * is replaced between its two halves.
 */
const REWRITE_MILLISECONDS = 1_000;

/** A line in the status bar while a run is live; a click opens its panel. */
export function createStatusBar({ runs, tasksView: { pace } }: Softprompt): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('softprompt.live', vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t('Softprompt Training');
  item.command = 'softprompt.openPanel'; // without a target: that of the live run
  let shown: Pick<RunSummary, 'folder' | 'state'> | undefined;
  let later: NodeJS.Timeout | undefined;
  const soon = (): void => {
    const run = runs.live;
    if (run?.folder !== shown?.folder || run?.state !== shown?.state) update();
    else later ??= setTimeout(update, REWRITE_MILLISECONDS);
  };
  const update = (): void => {
    clearTimeout(later);
    later = undefined;
    const run = runs.live;
    shown = run && { folder: run.folder, state: run.state };
    void vscode.commands.executeCommand('setContext', 'softprompt.live', run !== undefined);
    if (!run) {
      item.hide();
      return;
    }
    const live: LiveFacts = {
      loss: runs.lossOf(run.folder),
      secondsLeft: pace.secondsLeft(run.folder, run.steps),
      alert: run.state === 'training' ? pace.alert(run.folder, run.steps) : undefined,
    };
    const text = statusText(run, live);
    item.text = text;
    item.tooltip = tooltip(run, live);
    item.accessibilityInformation = { label: text.replace(/\$\([^)]+\) /, '') };
    item.backgroundColor =
      run.state === 'paused' || live.alert === 'rising'
        ? new vscode.ThemeColor('statusBarItem.warningBackground')
        : undefined;
    item.show();
  };
  return vscode.Disposable.from(item, runs.onChanged(soon), new vscode.Disposable(() => clearTimeout(later)));
}

function tooltip(run: RunSummary, live: LiveFacts): vscode.MarkdownString {
  const paused = run.state === 'paused';
  return withCommands(
    factsTable(run.task, run.id, [
      [vscode.l10n.t('Step'), vscode.l10n.t('{0} of {1}', formatCount(run.step), formatCount(run.steps))],
      ...liveRows(live),
      [vscode.l10n.t('Alert'), live.alert && ALERTS[live.alert].long],
      [vscode.l10n.t('Score'), scoreWords(run)],
      [vscode.l10n.t('Base model'), run.modelName],
    ]),
    [
      ['softprompt.openPanel', vscode.l10n.t('Open Panel'), run.folder],
      paused
        ? ['softprompt.resume', vscode.l10n.t('Resume'), run.folder]
        : ['softprompt.pause', vscode.l10n.t('Pause'), run.folder],
      ['softprompt.cancel', vscode.l10n.t('Cancel'), run.folder],
    ],
  );
}

function liveRows({ loss, secondsLeft }: LiveFacts): [string, string | undefined][] {
  return [
    [vscode.l10n.t('Time left'), secondsLeft === undefined ? undefined : duration(secondsLeft)],
    [vscode.l10n.t('Loss'), loss === undefined ? undefined : fixed(loss, 3)],
  ];
}
