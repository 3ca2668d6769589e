import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { LargeFileHint } from './largeFileHint';
import { PARQUET_TYPE, TABLE_TYPE } from './openTable';
import { TableEditor } from './tableEditor';

/** Datasets as tables: on demand where they are text, as the editor of Parquet. */
export function registerTable(softprompt: Softprompt): vscode.Disposable {
  const editor = new TableEditor(softprompt);
  const options = { supportsMultipleEditorsPerDocument: true };
  return vscode.Disposable.from(
    new LargeFileHint(),
    vscode.window.registerCustomEditorProvider(TABLE_TYPE, editor, options),
    vscode.window.registerCustomEditorProvider(PARQUET_TYPE, editor, options),
  );
}
