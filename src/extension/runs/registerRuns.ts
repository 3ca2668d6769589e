import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { PANEL_TYPE } from '../panel/panel';
import { announceEnd } from './training';

/** A run's panel, also after a reload, and the word of its end. */
export function registerRuns(softprompt: Softprompt): vscode.Disposable {
  const { panel, runs } = softprompt;
  return vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, panel),
    runs.onEnded((run) => void announceEnd(softprompt, run)),
  );
}
