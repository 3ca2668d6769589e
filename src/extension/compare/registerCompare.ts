import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { COMPARE_TYPE } from './comparePanel';

/** The panel that compares runs, also after a reload. */
export function registerCompare({ compare }: Softprompt): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(COMPARE_TYPE, compare);
}
