import type { TableColumn } from '../../protocol/table';

/** Widths in CSS pixels. */
export const NARROWEST = 60;
const WIDEST = 2_000;
/** The narrowest and the widest that a column of each kind is at first. */
const FIRST_WIDTHS: Readonly<Record<TableColumn['kind'], readonly [least: number, most: number]>> = {
  class: [170, 280],
  number: [130, 130],
  empty: [100, 100],
  text: [190, 320],
};
const ANSWER_WIDTH = 170;
/** Roughly, in the editor's font. */
const CHARACTER_WIDTH = 7.5;
const PADDING = 30;
/** Texts vary: most are shorter than so many times the mean. */
const ABOVE_MEAN = 1.5;
/** While a file is being read its mean moves: widths go in steps of this. */
const STEP = 50;

/** A column on the screen: one of the file, or the answer that a run gave. */
export interface GridColumn {
  /** Its place among a row's cells; absent for the answer. */
  cell?: number;
  name: string;
  left: number;
  width: number;
}

/** The columns beside each other; long texts share what is left of the view's width. */
export function gridColumns(
  columns: readonly TableColumn[],
  { answers, widths, view }: { answers: boolean; widths: Readonly<Record<string, number>>; view: number },
): GridColumn[] {
  const sized = columns.map((column, cell) => {
    const { name, kind } = column;
    const width = widths[name] ?? firstWidth(column);
    const stretches = kind === 'text' && width === FIRST_WIDTHS.text[1] && widths[name] === undefined;
    return { cell, name, width, stretches };
  });
  const total = sized.reduce((sum, { width }) => sum + width, answers ? ANSWER_WIDTH : 0);
  const stretching = sized.filter(({ stretches }) => stretches).length;
  const share = stretching > 0 ? Math.max(0, Math.floor((view - total) / stretching)) : 0;
  let left = 0;
  const placed: GridColumn[] = [];
  if (answers) {
    placed.push({ name: '', left, width: ANSWER_WIDTH });
    left += ANSWER_WIDTH;
  }
  for (const { cell, name, width, stretches } of sized) {
    const wide = width + (stretches ? share : 0);
    placed.push({ cell, name, left, width: wide });
    left += wide;
  }
  return placed;
}

/** What its name and most of its values need, within bounds. */
function firstWidth({ name, kind, meanLength, classes }: TableColumn): number {
  const lengths = classes?.map(({ value }) => value.length) ?? [ABOVE_MEAN * meanLength];
  const characters = Math.max(name.length, ...lengths);
  const needed = Math.ceil((characters * CHARACTER_WIDTH + PADDING) / STEP) * STEP;
  const [least, most] = FIRST_WIDTHS[kind];
  return Math.max(least, Math.min(most, needed));
}

export function withinWidths(width: number): number {
  return Math.max(NARROWEST, Math.min(WIDEST, Math.round(width)));
}

/** The columns that a stretch from `left` to `right` touches: first and one after the last. */
export function columnsBetween(
  columns: readonly GridColumn[],
  left: number,
  right: number,
): readonly [first: number, end: number] {
  let first = 0;
  while (first < columns.length - 1 && columns[first]!.left + columns[first]!.width <= left) first += 1;
  let end = first;
  while (end < columns.length && columns[end]!.left < right) end += 1;
  return [first, end];
}
