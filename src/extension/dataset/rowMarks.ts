import * as vscode from 'vscode';
import type { RowPrediction } from '../../protocol/dataset';
import type { Services } from '../services';
import { SECTION } from '../settings';
import { activeDataset, holdsRows } from './datasetDocument';
import { ROW_HINTS, showsRowHints } from './rowHints';

/** Marks of more mistakes than this are set for the lines in view alone. */
const MOST_MARKS = 5_000;
const SCROLL_MILLISECONDS = 100;

/** While the active editor shows a dataset that a run answered. */
const CONTEXT = 'softprompt.hasPredictions';

/** Rows right and wrong: a sign of its own shape for each beside the text, wrong ones tinted and in the overview too. */
export class RowMarks implements vscode.Disposable {
  readonly #right: vscode.TextEditorDecorationType;
  readonly #wrong: vscode.TextEditorDecorationType;
  readonly #subscriptions: { dispose(): void }[];
  readonly #waiting = new Map<vscode.TextEditor, NodeJS.Timeout>();

  constructor(private readonly softprompt: Pick<Services, 'extension' | 'predictions'>) {
    const sign = (name: string): vscode.DecorationRenderOptions => {
      const icon = (theme: string): vscode.Uri =>
        vscode.Uri.joinPath(softprompt.extension.extensionUri, 'media', 'rows', `${name}-${theme}.svg`);
      return {
        light: { gutterIconPath: icon('light') },
        dark: { gutterIconPath: icon('dark') },
        gutterIconSize: 'contain',
      };
    };
    this.#right = vscode.window.createTextEditorDecorationType(sign('right'));
    this.#wrong = vscode.window.createTextEditorDecorationType({
      ...sign('wrong'),
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor('softprompt.wrongRowBackground'),
      overviewRulerColor: new vscode.ThemeColor('softprompt.wrongRow'),
      overviewRulerLane: vscode.OverviewRulerLane.Right,
    });
    this.#subscriptions = [
      this.#right,
      this.#wrong,
      softprompt.predictions.onChanged(() => this.#markAll()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#markAll()),
      vscode.window.onDidChangeActiveTextEditor(() => this.#tellContext()),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.#markSoon(textEditor)),
      // An edit takes the marks away; saving it, or taking it back, brings them again.
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#markAll(document)),
      vscode.workspace.onDidChangeConfiguration(
        (change) => change.affectsConfiguration(`${SECTION}.${ROW_HINTS}`) && this.#markAll(),
      ),
    ];
    this.#markAll();
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #markAll(document?: vscode.TextDocument): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (!document || editor.document === document) this.#mark(editor);
    }
    this.#tellContext();
  }

  #markSoon(editor: vscode.TextEditor): void {
    if (!this.softprompt.predictions.of(editor.document.uri.fsPath)) return;
    clearTimeout(this.#waiting.get(editor));
    this.#waiting.set(
      editor,
      setTimeout(() => {
        this.#waiting.delete(editor);
        this.#mark(editor);
      }, SCROLL_MILLISECONDS),
    );
  }

  #mark(editor: vscode.TextEditor): void {
    const { document } = editor;
    if (!holdsRows(document)) return;
    const found = showsRowHints() && !document.isDirty;
    const rows = found ? (this.softprompt.predictions.of(document.uri.fsPath)?.rows ?? []) : [];
    const inView = rows.filter((row) => isInView(row, editor));
    const wrong = rows.filter(({ correct }) => !correct);
    editor.setDecorations(
      this.#right,
      inView.filter(({ correct }) => correct).map((row) => rangeOf(row, document)),
    );
    editor.setDecorations(
      this.#wrong,
      (wrong.length > MOST_MARKS ? inView.filter(({ correct }) => !correct) : wrong).map((row) =>
        rangeOf(row, document),
      ),
    );
  }

  #tellContext(): void {
    const file = activeDataset()?.document.uri.fsPath;
    const has = file !== undefined && this.softprompt.predictions.of(file) !== undefined;
    void vscode.commands.executeCommand('setContext', CONTEXT, has);
  }
}

function isInView({ line, endLine }: RowPrediction, { visibleRanges }: vscode.TextEditor): boolean {
  return visibleRanges.some(({ start, end }) => endLine > start.line && line <= end.line + 1);
}

/** The sign stands at the row's first line. */
function rangeOf({ line }: RowPrediction, document: vscode.TextDocument): vscode.Range {
  return document.lineAt(Math.min(line, document.lineCount) - 1).range;
}
