import * as vscode from 'vscode';
import type { Translations } from '../protocol/l10n';

/** For what engine and host say. */
export function displayLanguage(): Translations {
  return { language: vscode.env.language, texts: translations() };
}

/** The display language's texts by their English ones. */
export function translations(): Record<string, string> {
  // Messages that come with a comment for translators are filed under both.
  return Object.fromEntries(
    Object.entries(vscode.l10n.bundle ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
