import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { DatasetSummaries } from '../dataset/datasetSummaries';
import { columnText, datasetText, modelText } from './factTexts';
import { type TaskCursor, taskCursor } from './taskCursor';
import type { TaskFacts } from './taskFacts';

/** What a name in a task file stands for: a column and its values, a model, a dataset. */
export class TaskHover implements vscode.HoverProvider {
  constructor(
    private readonly facts: TaskFacts,
    private readonly datasets: DatasetSummaries,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    if (!vscode.workspace.isTrusted) return undefined;
    const cursor = taskCursor(document.getText(), document.offsetAt(position));
    if (!cursor?.closed) return undefined;
    const text = await this.#text(cursor, document);
    const range = new vscode.Range(document.positionAt(cursor.start), document.positionAt(cursor.end));
    return text && new vscode.Hover(text, range);
  }

  async #text(
    { kind, name }: TaskCursor,
    document: vscode.TextDocument,
  ): Promise<vscode.MarkdownString | undefined> {
    switch (kind) {
      case 'hole':
      case 'column': {
        const { columns, rows } = await this.facts.data(document);
        const column = columns.find((one) => one.name === name);
        return column && columnText(column, rows);
      }
      case 'data': {
        const file = resolve(dirname(document.uri.fsPath), name);
        const summary = await this.datasets.of(file).catch(() => undefined);
        return summary && datasetText(name, summary);
      }
      case 'model': {
        const model = (await this.facts.models(document)).find(({ inTask }) => inTask === name);
        return model && modelText(model);
      }
      case 'class':
        return undefined;
    }
  }
}
