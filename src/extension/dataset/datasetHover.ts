import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import { commandLink } from '../commandLink';
import { atLine } from '../lineAddress';
import type { Services } from '../services';
import { headerCellAt, keyAt, type Span } from './columnAt';
import { columnHoverText } from './columnHoverText';
import { holdsRows } from './datasetDocument';
import { rowHoverText } from './rowHoverText';
import { taskOfDataset } from './taskOfDataset';

type Context = Pick<Services, 'host' | 'tasks' | 'runs' | 'datasets' | 'predictions' | 'log'>;

/** Over a column's name: what the column holds. Over a row: what the model sees of it, and what it answered. */
export class DatasetHover implements vscode.HoverProvider {
  constructor(private readonly softprompt: Context) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    if (!holdsRows(document)) return undefined;
    try {
      return (await this.#column(document, position)) ?? (await this.#row(document, position));
    } catch (error) {
      this.softprompt.log.debug(`Hover in ${document.uri.fsPath}: ${reportError(error).message}`);
      return undefined;
    }
  }

  async #column(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const file = document.uri.fsPath;
    const named = columnNamed(document, position);
    if (!named) return undefined;
    const { columns, rows } = await this.softprompt.datasets.of(file);
    const column = 'key' in named ? columns.find(({ name }) => name === named.key) : columns[named.index];
    if (!column) return undefined;
    const text = new vscode.MarkdownString(columnHoverText(column, rows));
    return new vscode.Hover(text, new vscode.Range(position.line, named.start, position.line, named.end));
  }

  async #row(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    if (document.isDirty) return undefined;
    const { host, predictions } = this.softprompt;
    const file = document.uri.fsPath;
    const line = position.line + 1;
    const found = predictions.of(file);
    const prediction = found?.rows.find((row) => row.line <= line && row.endLine >= line);
    const { rows } = await host.request('dataset/rows', { file, firstLine: line, lastLine: line });
    const [row] = rows;
    if (!row) return undefined;
    const taskFile = await taskOfDataset(this.softprompt, file);
    const prompt =
      taskFile === undefined
        ? undefined
        : await host.request('dataset/preview', { taskFile, row: row.row, file }).catch(() => undefined);
    if (!prompt && !prediction) return undefined;
    const text = new vscode.MarkdownString(
      rowHoverText({ prompt, prediction, kind: found?.kind ?? 'label' }),
    );
    text.supportThemeIcons = true;
    text.isTrusted = { enabledCommands: [PREVIEW, NEXT_MISTAKE] };
    const place = atLine(document.uri, row.line);
    const links = [
      prompt && commandLink(`$(eye) ${vscode.l10n.t('Preview prompt')}`, PREVIEW, place),
      found?.rows.some(({ correct }) => !correct) &&
        commandLink(`$(arrow-down) ${vscode.l10n.t('Next mistake')}`, NEXT_MISTAKE, place),
    ];
    text.appendMarkdown(`\n\n${links.filter(Boolean).join('&nbsp;&nbsp; ')}`);
    return new vscode.Hover(
      text,
      new vscode.Range(row.line - 1, 0, row.endLine - 1, Number.MAX_SAFE_INTEGER),
    );
  }
}

const PREVIEW = 'softprompt.previewPrompt';
const NEXT_MISTAKE = 'softprompt.nextMistake';

/** The column that is named at a place: by a header's cell, or by a key of a row. */
function columnNamed(
  document: vscode.TextDocument,
  { line, character }: vscode.Position,
): (Span & ({ index: number } | { key: string })) | undefined {
  const format = /\.(csv|tsv)$/i.exec(document.uri.fsPath)?.[1]?.toLowerCase();
  const { text } = document.lineAt(line);
  if (format !== 'csv' && format !== 'tsv') return keyAt(text, character);
  return line === 0 ? headerCellAt(text, character, format) : undefined;
}
