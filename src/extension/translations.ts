import * as vscode from 'vscode';

/** The display language's texts by their English ones: for the webviews, and for what the training host says. */
export function translations(): Record<string, string> {
  // Messages that come with a comment for translators are filed under both.
  return Object.fromEntries(
    Object.entries(vscode.l10n.bundle ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
