import * as vscode from 'vscode';

/** The two editors differ in their priority alone: text has a good editor already, Parquet has none. */
export const TABLE_TYPE = 'softprompt.table';
export const PARQUET_TYPE = 'softprompt.parquet';

/** Rows that tables were asked to show before they were there, and the tables that are, by their file's address. */
const wishes = new Map<string, number>();
const tables = new Map<string, () => void>();

export function isParquet(file: string): boolean {
  return /\.parquet$/i.test(file);
}

/** Whether a tab shows a dataset as a table. */
export function isTable(input: unknown): input is vscode.TabInputCustom {
  return (
    input instanceof vscode.TabInputCustom &&
    (input.viewType === TABLE_TYPE || input.viewType === PARQUET_TYPE)
  );
}

export function tableTypeOf(file: string): string {
  return isParquet(file) ? PARQUET_TYPE : TABLE_TYPE;
}

/** Opens a dataset as a table, at a row if one is given (from 1). */
export async function openTableAt(
  uri: vscode.Uri,
  row?: number,
  where?: vscode.ViewColumn | vscode.TextDocumentShowOptions,
): Promise<void> {
  const key = uri.toString();
  if (row !== undefined) wishes.set(key, row);
  await vscode.commands.executeCommand('vscode.openWith', uri, tableTypeOf(uri.fsPath), where);
  tables.get(key)?.();
}

/** The row a table was asked for, once. */
export function takeWish(uri: vscode.Uri): number | undefined {
  const key = uri.toString();
  const wish = wishes.get(key);
  wishes.delete(key);
  return wish;
}

/** A table that is told when there is a wish for it, until it is disposed. */
export function listenForWishes(uri: vscode.Uri, onWish: () => void): vscode.Disposable {
  const key = uri.toString();
  tables.set(key, onWish);
  return new vscode.Disposable(() => {
    if (tables.get(key) === onWish) tables.delete(key);
  });
}
