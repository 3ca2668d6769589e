import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { isDatasetFile, isTaskFile, MOST_BYTES_AS_A_WHOLE, startsLikeRows } from '../files';
import { isTable } from '../table/openTable';
import { taskEntry } from '../taskFile/taskEntry';

/** Datasets in an editor, as text or as a table, and those of tasks in an editor. */
export async function datasetsInSight(): Promise<Set<string>> {
  const files = new Set<string>();
  for (const document of vscode.workspace.textDocuments) {
    const file = document.uri.fsPath;
    if (document.uri.scheme !== 'file') continue;
    if (isTaskFile(file)) {
      for (const data of taskEntry(file, document.getText()).data) if (isDatasetFile(data)) files.add(data);
    } else if (isDatasetFile(file) && startsLikeRows(file, document.lineAt(0).text)) {
      files.add(file);
    }
  }
  for (const file of tables()) if (!files.has(file) && (await fitsInMemory(file))) files.add(file);
  return files;
}

function tables(): string[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => (isTable(input) ? [input.uri.fsPath] : [])),
  );
}

/** A table reads as far as it is looked at: a file is not read to its end for its problems alone where that takes long. */
async function fitsInMemory(file: string): Promise<boolean> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  return size <= MOST_BYTES_AS_A_WHOLE;
}
