import * as vscode from 'vscode';

/**
 * Where a file is open already, else beside the panel: a row that is looked up must not hide what it was found in. A
 * column by its number: by the time the file is shown, a click on the panel may have made that the active group.
 */
export function columnFor(uri: vscode.Uri): vscode.ViewColumn {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const shows = ({ input }: vscode.Tab): boolean =>
    (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) &&
    input.uri.toString() === uri.toString();
  const there = all.find(({ tabs }) => tabs.some(shows));
  if (there) return there.viewColumn;
  const free = [activeTabGroup, ...all].find(
    ({ activeTab }) => !(activeTab?.input instanceof vscode.TabInputWebview),
  );
  return free?.viewColumn ?? vscode.ViewColumn.Beside;
}
