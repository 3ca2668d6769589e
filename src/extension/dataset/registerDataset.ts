import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { DatasetLens } from './datasetLens';
import { DatasetProblems } from './datasetProblems';
import { DatasetSummaries } from './datasetSummaries';
import { PREVIEW_SCHEME, PromptPreviews } from './promptPreview';

/** What is shown in and above a dataset's text. */
export function registerDataset({ host, log, tasks }: Softprompt): vscode.Disposable {
  const summaries = new DatasetSummaries(host);
  const lens = new DatasetLens(summaries, tasks, log);
  const previews = new PromptPreviews(host);
  return vscode.Disposable.from(
    lens,
    new DatasetProblems(summaries, log),
    previews,
    vscode.languages.registerCodeLensProvider(DatasetLens.selector, lens),
    vscode.workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, previews),
  );
}
