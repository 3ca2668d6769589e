import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { DatasetLens } from './datasetLens';
import { PREVIEW_SCHEME, PromptPreviews } from './promptPreview';

/** What is shown in and above a dataset's text. */
export function registerDataset({ host, log, tasks, datasets }: Softprompt): vscode.Disposable {
  const lens = new DatasetLens(datasets, tasks, log);
  const previews = new PromptPreviews(host);
  return vscode.Disposable.from(
    lens,
    previews,
    vscode.languages.registerCodeLensProvider(DatasetLens.selector, lens),
    vscode.workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, previews),
  );
}
