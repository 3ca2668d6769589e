import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { FormEditor } from './formEditor';
import { FORM_TYPE } from './switchEditor';

/** Task files as a form, for those who do not write JSON. */
export function registerForm(softprompt: Softprompt): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(FORM_TYPE, new FormEditor(softprompt), {
    supportsMultipleEditorsPerDocument: true,
  });
}
