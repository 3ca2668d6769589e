import * as vscode from 'vscode';
import { count as countOf, modelFacts } from '../wording';
import { columnDetail, columnText, modelText } from './factTexts';
import { type TaskCursor, taskCursor } from './taskCursor';
import type { TaskFacts } from './taskFacts';

/** A name that can be written, and what is known of it. */
interface Offer {
  name: string;
  icon: vscode.CompletionItemKind;
  detail?: string;
  documentation?: vscode.MarkdownString;
}

/** Names of columns, classes, datasets and models where a task file wants them. Keys and settings are the schema's. */
export class TaskCompletion implements vscode.CompletionItemProvider {
  static readonly triggers = ['{', '"'];

  constructor(private readonly facts: TaskFacts) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    if (!vscode.workspace.isTrusted) return [];
    const text = document.getText();
    const cursor = taskCursor(text, document.offsetAt(position));
    if (!cursor) return [];
    const offers = await this.#offers(cursor.kind, document);
    const range = new vscode.Range(document.positionAt(cursor.start), document.positionAt(cursor.end));
    // A class that has its word already is not written twice.
    const isNewKey = cursor.kind === 'class' && !/^"?\s*:/.test(text.slice(cursor.end));
    return offers.map(({ name, icon, detail, documentation }, index) => {
      const item = new vscode.CompletionItem(name, icon);
      const written = JSON.stringify(name).slice(1, -1);
      item.detail = detail;
      item.documentation = documentation;
      item.range = range;
      item.filterText = cursor.closed && cursor.kind !== 'hole' ? written : around(cursor, written);
      item.sortText = `0${String(index).padStart(4, '0')}`; // before the schema's own
      item.insertText = isNewKey
        ? new vscode.SnippetString(cursor.closed ? '' : '"')
            .appendText(written)
            .appendText(cursor.closed ? '' : '": ')
        : around(cursor, written);
      return item;
    });
  }

  async #offers(kind: TaskCursor['kind'], document: vscode.TextDocument): Promise<Offer[]> {
    switch (kind) {
      case 'hole':
      case 'column': {
        const { columns, rows, target } = await this.facts.data(document);
        const usable = columns.filter(({ name }) => kind === 'column' || fitsHole(name, target));
        return usable.map((column) => ({
          name: column.name,
          icon: vscode.CompletionItemKind.Field,
          detail: columnDetail(column),
          documentation: columnText(column, rows),
        }));
      }
      case 'class': {
        const { columns, target } = await this.facts.data(document);
        const column = columns.find(({ name }) => name === target);
        return (column?.classes ?? []).map(({ value, count }) => ({
          name: value,
          icon: vscode.CompletionItemKind.EnumMember,
          detail: countOf(count, 'row'),
        }));
      }
      case 'data': {
        const names = await this.facts.datasets(document);
        return names.map((name) => ({ name, icon: vscode.CompletionItemKind.File }));
      }
      case 'model': {
        const models = await this.facts.models(document);
        return models
          .filter(({ obstacle }) => !obstacle)
          .map((model) => ({
            name: model.inTask,
            icon: vscode.CompletionItemKind.Module,
            detail: `${model.title} · ${modelFacts(model)}`,
            documentation: modelText(model),
          }));
      }
    }
  }
}

/** The name with the quotes or the brace that is not there yet. */
function around({ kind, closed }: TaskCursor, name: string): string {
  if (kind === 'hole') return closed ? name : `${name}}`;
  return closed ? name : `"${name}"`;
}

/** The answer has no place in the prompt, and a name with braces cannot be written there. */
export function fitsHole(name: string, target: string | undefined): boolean {
  return name !== target && !/[{}]/.test(name);
}
