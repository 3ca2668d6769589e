import { l10n } from 'vscode';
import { SoftpromptError } from '../../protocol/errors';

/** There is no answer, and why. */
export function hostLost(message: string): SoftpromptError {
  return new SoftpromptError('internal', message, {
    hint: l10n.t('Softprompt: Open Log shows what it said.'),
  });
}
