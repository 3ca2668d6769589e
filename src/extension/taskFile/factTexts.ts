import * as vscode from 'vscode';
import type { ColumnSummary, DatasetSummary } from '../../protocol/dataset';
import type { ModelSummary } from '../../protocol/models';
import { columnHoverText } from '../dataset/columnHoverText';
import { bytes, count, modelFacts, PLACE_NAMES } from '../wording';

// What is said of columns, models and datasets beside a task file's text.

const MOST_CLASSES = 8;

const KINDS: Readonly<Record<ColumnSummary['kind'], () => string>> = {
  class: () => vscode.l10n.t('classes'),
  text: () => vscode.l10n.t('text'),
  number: () => vscode.l10n.t('numbers'),
  empty: () => vscode.l10n.t('empty'),
};

/** `text · 412 values`. */
export function columnDetail({ kind, distinct, missing }: ColumnSummary): string {
  const parts = [KINDS[kind](), vscode.l10n.t('{0} different values', distinct)];
  if (missing > 0) parts.push(vscode.l10n.t('{0} missing', missing));
  return parts.join(' · ');
}

/** A column as its dataset's header tells it. */
export function columnText(column: ColumnSummary, rows: number): vscode.MarkdownString {
  return new vscode.MarkdownString(columnHoverText(column, rows));
}

/** A model with its size and licence, and whether it is here. */
export function modelText(model: ModelSummary): vscode.MarkdownString {
  const { licence, state, place, memory, obstacle, title } = model;
  const text = heading(title, modelFacts(model));
  const where =
    state === 'on-disk'
      ? vscode.l10n.t('On this computer: {0}', PLACE_NAMES[place])
      : vscode.l10n.t('Not on this computer yet');
  const facts = [
    where,
    licence ? vscode.l10n.t('Licence: {0}', licence) : vscode.l10n.t('Licence unknown'),
    memory ? vscode.l10n.t('Takes about {0} of memory to tune', bytes(memory)) : '',
    obstacle ? vscode.l10n.t('Cannot be tuned here: {0}', obstacle.reason) : '',
  ];
  for (const fact of facts.filter(Boolean)) text.appendMarkdown('- ').appendText(fact).appendMarkdown('\n');
  return text;
}

/** A dataset's rows, columns and classes. */
export function datasetText(name: string, summary: DatasetSummary): vscode.MarkdownString {
  const { rows, columns, suggested } = summary;
  const text = heading(name, count(rows, 'row'));
  const names = columns.map((column) => column.name).join(', ');
  text.appendText(`${count(columns.length, 'column')}: ${names}`);
  const target = columns.find((column) => column.name === suggested?.target);
  for (const { value, count: ofClass } of (target?.classes ?? []).slice(0, MOST_CLASSES)) {
    text.appendMarkdown('\n- ').appendText(`${value}: ${count(ofClass, 'row')}`);
  }
  return text;
}

function heading(title: string, facts: string): vscode.MarkdownString {
  return new vscode.MarkdownString()
    .appendMarkdown('**')
    .appendText(title)
    .appendMarkdown('** · ')
    .appendText(facts)
    .appendMarkdown('\n\n');
}
