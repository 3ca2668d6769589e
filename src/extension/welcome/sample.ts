import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { exists } from '../exists';
import { pick } from '../pick';
import type { Services } from '../services';

/** The sample's folder, in the extension and under the same name where it is copied to. */
const NAME = 'support';
const DATASET = 'train.csv';

/** What the window that opens the copy is to show, as the one before it is gone by then. */
const TO_SHOW = 'softprompt.sampleToShow';
const toShowSchema = z.catch(z.nullable(z.object({ dataset: z.string(), time: z.number() })), null);
const RECENT_MILLISECONDS = 5 * 60_000;

/** Copies the sample, 446 messages to a shop with a task for them, to where the user wants it, and opens its dataset. */
export async function openSample({ extension }: Pick<Services, 'extension'>): Promise<void> {
  const place = await choosePlace();
  if (!place) return;
  const folder = await freeFolder(place.folder);
  await cp(join(extension.extensionPath, 'samples', NAME), folder, { recursive: true });
  const dataset = vscode.Uri.file(join(folder, DATASET));
  if (place.open) await vscode.window.showTextDocument(dataset);
  else {
    await extension.globalState.update(TO_SHOW, { dataset: dataset.fsPath, time: Date.now() });
    const here = { forceReuseWindow: true };
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), here);
  }
}

/** In a window that was just opened for a copy of the sample: its dataset. */
export async function showSample({ extension }: Pick<Services, 'extension'>): Promise<void> {
  const toShow = toShowSchema.parse(extension.globalState.get(TO_SHOW) ?? null);
  if (!toShow) return;
  const { dataset, time } = toShow;
  const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? [];
  if (!folders.includes(dirname(dataset))) return;
  await extension.globalState.update(TO_SHOW, undefined);
  if (Date.now() - time < RECENT_MILLISECONDS) await vscode.window.showTextDocument(vscode.Uri.file(dataset));
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
    if (!(await exists(folder))) return folder;
  }
}
