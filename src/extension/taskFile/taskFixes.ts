import * as vscode from 'vscode';
import type { Problem } from '../../protocol/dataset';
import type { ModelNode } from '../sidebar/sidebarTree';
import { fitsHole } from './taskCompletion';
import { taskCursor } from './taskCursor';
import type { TaskFacts } from './taskFacts';

/** Names that are offered in place of a wrong one, beside the one most likely meant. */
const MOST_OFFERED = 5;

/** A problem as it is underlined now. */
export interface ShownProblem {
  problem: Problem;
  range: vscode.Range;
}

/** Another name for what a task file names wrongly; a model that is not here is downloaded, or another one chosen. */
export class TaskFixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(
    private readonly shown: (uri: vscode.Uri) => readonly ShownProblem[],
    private readonly facts: TaskFacts,
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    if (!vscode.workspace.isTrusted) return [];
    const here = this.shown(document.uri).filter((one) => one.range.intersection(range));
    const actions = here.map(async (one) => {
      const own = context.diagnostics.filter(({ range }) => range.isEqual(one.range));
      const fixes = await this.#fixes(one, document);
      for (const fix of fixes) fix.diagnostics = own;
      return fixes;
    });
    return (await Promise.all(actions)).flat();
  }

  async #fixes(
    { problem, range }: ShownProblem,
    document: vscode.TextDocument,
  ): Promise<vscode.CodeAction[]> {
    const { kind, suggestion } = problem;
    const inside = document.offsetAt(range.start) + 1;
    const cursor = taskCursor(document.getText(), inside);
    const others =
      kind === 'model-missing' || kind === 'model-to-pull'
        ? []
        : await this.#others(cursor?.kind, document).then((names) =>
            names.filter((name) => name !== cursor?.name),
          );
    const isName = suggestion !== undefined || kind === 'missing-column' || problem.severity === 'error';
    const names = [
      ...new Set([...(suggestion === undefined ? [] : [suggestion]), ...(isName ? others : [])]),
    ];
    const fixes = names.slice(0, MOST_OFFERED).map((name) => {
      const fix = new vscode.CodeAction(vscode.l10n.t('Use “{0}”', name), vscode.CodeActionKind.QuickFix);
      const quoted = JSON.stringify(name);
      fix.edit = new vscode.WorkspaceEdit();
      fix.edit.replace(document.uri, range, cursor?.kind === 'hole' ? `{${quoted.slice(1, -1)}}` : quoted);
      fix.isPreferred = name === suggestion;
      return fix;
    });
    return [...fixes, ...(kind.startsWith('model-') ? await this.#modelFixes(cursor?.name, document) : [])];
  }

  /** What could stand there instead. */
  async #others(kind: string | undefined, document: vscode.TextDocument): Promise<string[]> {
    if (kind === 'hole' || kind === 'column') {
      const { columns, target } = await this.facts.data(document);
      return columns.map(({ name }) => name).filter((name) => kind === 'column' || fitsHole(name, target));
    }
    return kind === 'data' ? this.facts.datasets(document) : [];
  }

  async #modelFixes(name: string | undefined, document: vscode.TextDocument): Promise<vscode.CodeAction[]> {
    const model = (await this.facts.models(document)).find(({ inTask }) => inTask === name);
    const fixes: vscode.CodeAction[] = [];
    const add = (title: string, command: string, argument: unknown): void => {
      const fix = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      fix.command = { title, command, arguments: [argument] };
      fixes.push(fix);
    };
    if (model?.state === 'available') {
      const node: ModelNode = { kind: 'model', model, usedBy: [] };
      add(vscode.l10n.t('Download {0}', model.title), 'softprompt.pullModel', node);
    }
    add(vscode.l10n.t('Choose another base model…'), 'softprompt.useModel', document.uri);
    return fixes;
  }
}
