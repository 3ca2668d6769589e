import type { ColumnSummary, DatasetSummary } from '../../protocol/dataset';
import { readableLabel } from '../prompt/labelWords';
import { columnTitles } from './columnTitles';

/** Names that a column to be predicted often has, likeliest first. */
const TARGET_NAMES = [
  'label',
  'labels',
  'category',
  'class',
  'intent',
  'target',
  'sentiment',
  'topic',
  'emotion',
  'answer',
  'output',
  'response',
  'completion',
  'summary',
  'translation',
];

/** Columns about a row rather than of it. */
const ABOUT_A_ROW = /^(.*[_ ])?(id|uuid|index|idx|url|date|time|timestamp|split|fold|source|lang|language)$/i;

/** The column to predict and a template from the others: what a task takes when the user says nothing. */
export function suggestTask(columns: readonly ColumnSummary[]): DatasetSummary['suggested'] {
  // A hole's name cannot contain braces.
  const usable = columns.filter((column) => column.kind !== 'empty' && !/[{}]/.test(column.name));
  const target = suggestTarget(usable);
  if (!target) return undefined;
  const template = suggestTemplate(usable, target);
  return template === undefined ? undefined : { target, template };
}

function suggestTarget(columns: readonly ColumnSummary[]): string | undefined {
  const classes = columns.filter((column) => column.kind === 'class' && column.distinct > 1);
  const texts = columns.filter((column) => column.kind === 'text' && !ABOUT_A_ROW.test(column.name));
  const found =
    byName(classes) ??
    // The label tends to be the last column.
    classes.findLast((column) => !ABOUT_A_ROW.test(column.name)) ??
    byName(texts) ??
    (texts.length > 1 ? texts.at(-1) : undefined);
  return found?.name;
}

/** The column that would be the label if its rows did not all say the same. */
export function columnOfOneClass(columns: readonly ColumnSummary[]): ColumnSummary | undefined {
  return byName(columns.filter(({ kind, distinct }) => kind === 'class' && distinct === 1));
}

function byName(columns: readonly ColumnSummary[]): ColumnSummary | undefined {
  for (const name of TARGET_NAMES) {
    const found = columns.find((column) => column.name.toLowerCase() === name);
    if (found) return found;
  }
  return undefined;
}

/**
 * A template for a target column: the text columns, each with its name before it if there are several, and the target's
 * name as the word that asks for the answer. Undefined if no column is left.
 */
export function suggestTemplate(columns: readonly ColumnSummary[], target: string): string | undefined {
  const others = columns.filter(
    (column) =>
      column.name !== target &&
      column.kind !== 'empty' &&
      !ABOUT_A_ROW.test(column.name) &&
      !/[{}]/.test(column.name) &&
      !column.name.toLowerCase().startsWith(`${target.toLowerCase()}_`),
  );
  const texts = others.filter((column) => column.kind === 'text');
  const holes = texts.length > 0 ? texts : others;
  if (holes.length === 0) return undefined;
  const titles = columnTitles([...holes.map(({ name }) => name), target]);
  const cue = `${capitalised(titles.at(-1)!)}:`;
  // A single text needs no name, unless the name says which language it is in.
  if (holes.length === 1 && titles[0] === readableLabel(holes[0]!.name)) return `{${holes[0]!.name}}\n${cue}`;
  return `${holes.map(({ name }, i) => `${titles[i]}: {${name}}`).join('\n')}\n${cue}`;
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
