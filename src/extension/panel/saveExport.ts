import { basename, join } from 'node:path';
import * as vscode from 'vscode';

/** A file that a page made. PNG comes as base64. */
export interface ExportedFile {
  name: string;
  text: string;
  encoding?: 'base64';
}

const FILE_TYPES: Record<string, string> = { csv: 'CSV', png: 'PNG' };

/** Asks where to save what a page made: a table or a picture. */
export async function saveExport(file: ExportedFile, folder: string): Promise<void> {
  const name = basename(file.name);
  const ending = name.split('.').at(-1) ?? '';
  const filters = FILE_TYPES[ending] && { [FILE_TYPES[ending]]: [ending] };
  const defaultUri = vscode.Uri.file(join(folder, name));
  const target = await vscode.window.showSaveDialog({ defaultUri, ...(filters && { filters }) });
  if (target) await vscode.workspace.fs.writeFile(target, Buffer.from(file.text, file.encoding ?? 'utf8'));
}
