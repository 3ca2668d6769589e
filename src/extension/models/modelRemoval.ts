import { sep } from 'node:path';
import * as vscode from 'vscode';
import type { ModelSummary, ModelsListing } from '../../protocol/models';
import { bytes } from '../wording';

/** What the user is asked before a model goes for good: `users` are the tasks that name it. */
export function removalQuestion(
  model: ModelSummary,
  { models, contents }: Pick<ModelsListing, 'models' | 'contents'>,
  users: readonly string[],
): { message: string; detail: string } {
  // The cache folder is cleared entry by entry, and a folder that someone put there may hold several models.
  const entry = contents.find(({ path }) => isWithin(model.path, path));
  const others = models.filter(({ path }) => path !== model.path && entry && isWithin(path, entry.path));
  return {
    message: vscode.l10n.t(
      'Remove {0} from this computer? It frees {1}.',
      model.title,
      bytes(entry?.size ?? model.size),
    ),
    detail: [
      others.length > 0 &&
        vscode.l10n.t(
          'Removed with it, from the same folder: {0}.',
          others.map(({ title }) => title).join(', '),
        ),
      model.place === 'catalogue' ? returns(users) : staysAway(users),
    ]
      .filter(Boolean)
      .join('\n'),
  };
}

function returns(users: readonly string[]): string {
  return users.length > 0
    ? vscode.l10n.t('In use by {0}: tuning there downloads it again.', users.join(', '))
    : vscode.l10n.t('It can be downloaded again at any time.');
}

function staysAway(users: readonly string[]): string {
  return users.length > 0
    ? vscode.l10n.t(
        'In use by {0}, which cannot be tuned without it. It was put there by hand: Softprompt cannot bring it back.',
        users.join(', '),
      )
    : vscode.l10n.t('It was put there by hand: Softprompt cannot bring it back.');
}

function isWithin(path: string | undefined, folder: string): boolean {
  return path === folder || path?.startsWith(folder + sep) === true;
}
