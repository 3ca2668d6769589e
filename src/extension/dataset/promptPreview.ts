import { basename } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import { formatReport, reportError } from '../../protocol/errors';
import type { HostClient } from '../host/hostClient';
import { previewText } from './previewText';

export const PREVIEW_SCHEME = 'softprompt-preview';
/** Long prompts are wrapped, and what is not text of the prompt is coloured: see the manifest. */
const PREVIEW_LANGUAGE = 'softprompt-prompt';

const previewSchema = z.object({
  taskFile: z.string(),
  row: z.int().check(z.gte(1)),
  file: z.optional(z.string()),
});
export type Preview = z.infer<typeof previewSchema>;

/** Read-only pages that show a row's prompt as the model reads it. */
export class PromptPreviews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #saved: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(private readonly host: HostClient) {
    this.#saved = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      for (const document of vscode.workspace.textDocuments) {
        if (document.uri.scheme !== PREVIEW_SCHEME) continue;
        const { taskFile, file } = previewOf(document.uri);
        if (uri.fsPath === taskFile || uri.fsPath === file) this.#changed.fire(document.uri);
      }
    });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    if (!vscode.workspace.isTrusted) return `${vscode.l10n.t('Trust this workspace to see its prompts.')}\n`;
    try {
      return previewText(await this.host.request('dataset/preview', previewOf(uri)));
    } catch (error) {
      return `${formatReport(reportError(error))}\n`;
    }
  }

  dispose(): void {
    this.#saved.dispose();
    this.#changed.dispose();
  }
}

export async function showPreview(preview: Preview): Promise<void> {
  const name = basename(preview.taskFile, '.softprompt.json');
  const uri = vscode.Uri.from({
    scheme: PREVIEW_SCHEME,
    path: `/${vscode.l10n.t('{0}, row {1}', name, preview.row)}`,
    query: JSON.stringify(preview),
  });
  const page = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(
    await vscode.languages.setTextDocumentLanguage(page, PREVIEW_LANGUAGE),
    {
      preview: true,
      viewColumn:
        vscode.window.activeTextEditor?.document.uri.scheme === PREVIEW_SCHEME
          ? undefined
          : vscode.ViewColumn.Beside,
    },
  );
}

/** What a preview's address says. */
export function previewOf(uri: vscode.Uri): Preview {
  return previewSchema.parse(JSON.parse(uri.query));
}
