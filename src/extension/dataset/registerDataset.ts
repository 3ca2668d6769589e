import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { QuickLenses } from '../quickLenses';
import { DATASET_DOCUMENTS } from './datasetDocument';
import { DatasetHover } from './datasetHover';
import { DatasetLens } from './datasetLens';
import { PREVIEW_SCHEME, PromptPreviews } from './promptPreview';
import { RowHints } from './rowHints';
import { RowMarks } from './rowMarks';

/** What is shown in and above a dataset's text. */
export function registerDataset(softprompt: Softprompt): vscode.Disposable {
  const lens = new DatasetLens(softprompt);
  const lenses = new QuickLenses(lens);
  const hints = new RowHints(softprompt);
  const previews = new PromptPreviews(softprompt.host);
  return vscode.Disposable.from(
    lens,
    lenses,
    hints,
    previews,
    new RowMarks(softprompt),
    vscode.languages.registerCodeLensProvider(DATASET_DOCUMENTS, lenses),
    vscode.languages.registerInlayHintsProvider(DATASET_DOCUMENTS, hints),
    vscode.languages.registerHoverProvider(DATASET_DOCUMENTS, new DatasetHover(softprompt)),
    vscode.workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, previews),
  );
}
