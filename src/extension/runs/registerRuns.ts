import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { showFailure } from '../failures';
import { PANEL_TYPE } from '../panel/panel';
import { replaceOrphan } from '../panel/replaceOrphan';
import { announceEnd } from './announceEnd';
import { continueAfterReload } from './continueAfterReload';

/** A run's panel and its training, also after a reload, and the word of its end. */
export function registerRuns(softprompt: Softprompt): vscode.Disposable {
  const { panel, runs } = softprompt;
  return vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, panel),
    replaceOrphan(softprompt),
    continueAfterReload(softprompt),
    runs.onEnded((run) => {
      announceEnd(softprompt, run).catch((error) => showFailure(softprompt, error, `End of ${run.folder}`));
    }),
  );
}
