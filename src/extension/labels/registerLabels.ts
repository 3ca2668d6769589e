import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { DATASET_PATTERN } from '../files';
import { diagnosticsOf } from '../problems/datasetProblems';
import type { LabelsView } from './labelsView';

/** Suspicious labels: their view, and at their rows in the Problems list. */
export function registerLabels({ labels }: Softprompt): vscode.Disposable {
  const diagnostics = vscode.languages.createDiagnosticCollection('softprompt-labels');
  const publish = (): void => {
    diagnostics.clear();
    const files = new Set(labels.reviews.all().flatMap((review) => review.labels.map(({ file }) => file)));
    for (const file of files) {
      const problems = labels.reviews.problemsOf(file);
      diagnostics.set(vscode.Uri.file(file), diagnosticsOf(file, { problems, excluded: [] }));
    }
  };
  return vscode.Disposable.from(
    diagnostics,
    labels.register(),
    labels.reviews.onChanged(publish),
    vscode.languages.registerCodeActionsProvider(
      { scheme: 'file', pattern: DATASET_PATTERN },
      { provideCodeActions: (document, range, context) => rightLabels(labels, document, range, context) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

/** At the row of a suspicious label: that it is right. That the row can be excluded is said with the other problems. */
function rightLabels(
  { open }: LabelsView,
  { uri, isDirty }: vscode.TextDocument,
  { start, end }: vscode.Range,
  { diagnostics }: vscode.CodeActionContext,
): vscode.CodeAction[] {
  if (isDirty) return []; // rows may stand elsewhere than in the saved file
  const here = open.filter(
    ({ label }) => label.file === uri.fsPath && start.line < label.line && label.line <= end.line + 1,
  );
  return here.map((node) => {
    const title = vscode.l10n.t('The label “{0}” is right', node.label.given);
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { title, command: 'softprompt.labelIsRight', arguments: [node] };
    action.diagnostics = diagnostics.filter(({ code }) => code === 'suspicious-label');
    return action;
  });
}
