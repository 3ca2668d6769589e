import * as vscode from 'vscode';
import { showFailure } from './failures';
import type { Services } from './services';

/** Says something, with buttons and what they do. Not waited for: it may stand there for long. What fails then is shown. */
export function offer(
  softprompt: Pick<Services, 'log'>,
  message: string,
  buttons: Readonly<Record<string, () => Promise<unknown>>>,
): void {
  const act = async (): Promise<void> => {
    const chosen = await vscode.window.showInformationMessage(message, ...Object.keys(buttons));
    if (chosen === undefined) return;
    await buttons[chosen]?.().catch((error) => showFailure(softprompt, error, chosen));
  };
  void act();
}
