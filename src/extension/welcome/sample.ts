import { access, cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { pick } from '../pick';

/** The sample's folder, in the extension and under the same name where it is copied to. */
const NAME = 'support';
const DATASET = 'train.csv';

/**
 * Copies the sample, 446 messages to a shop with a task for them, to where the user wants it, and opens its dataset.
 * In another folder than the open one this begins a new window's life: nothing is awaited after that.
 */
export async function openSample({ extension }: Pick<Softprompt, 'extension'>): Promise<void> {
  const place = await choosePlace();
  if (!place) return;
  const folder = await freeFolder(place.folder);
  await cp(join(extension.extensionPath, 'samples', NAME), folder, { recursive: true });
  const dataset = vscode.Uri.file(join(folder, DATASET));
  if (place.open) await vscode.window.showTextDocument(dataset);
  else {
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), {
      forceReuseWindow: true,
      filesToOpen: [dataset],
    });
  }
}

/** Where the copy goes, and whether that is part of the workspace; undefined when nothing is chosen. */
async function choosePlace(): Promise<{ folder: string; open: boolean } | undefined> {
  const workspace = vscode.workspace.workspaceFolders?.[0];
  const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), 'softprompt-sample-'));
  const chosen = await pick(
    [
      ...(workspace
        ? [
            {
              label: vscode.l10n.t('$(folder) Into the Open Folder'),
              description: `${workspace.name}/${NAME}`,
              value: async () => ({ folder: workspace.uri.fsPath, open: true }),
            },
          ]
        : []),
      {
        label: vscode.l10n.t('$(clock) Into a Temporary Folder'),
        description: vscode.l10n.t('opened instead of the current one'),
        value: async () => ({ folder: await temporary(), open: false }),
      },
      {
        label: vscode.l10n.t('$(folder-opened) Into Another Folder…'),
        description: vscode.l10n.t('opened instead of the current one'),
        value: async () => {
          const [folder] =
            (await vscode.window.showOpenDialog({
              canSelectFiles: false,
              canSelectFolders: true,
              openLabel: vscode.l10n.t('Copy the Sample Here'),
            })) ?? [];
          return folder && { folder: folder.fsPath, open: false };
        },
      },
    ],
    vscode.l10n.t('The sample: 446 messages to a shop, each with its topic. Where to copy it?'),
  );
  return chosen?.();
}

/** `support`, or `support-2` and so on where that is taken: nothing is overwritten. */
async function freeFolder(parent: string): Promise<string> {
  for (let copy = 1; ; copy++) {
    const folder = join(parent, copy === 1 ? NAME : `${NAME}-${copy}`);
    const taken = await access(folder).then(
      () => true,
      () => false,
    );
    if (!taken) return folder;
  }
}
