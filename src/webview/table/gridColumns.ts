import type { TableColumn } from '../../protocol/table';

/** Widths in CSS pixels. */
export const NARROWEST = 60;
const WIDEST = 2_000;
const DEFAULT_WIDTHS: Readonly<Record<TableColumn['kind'], number>> = {
  class: 170,
  number: 130,
  empty: 100,
  text: 320,
};
const ANSWER_WIDTH = 170;

/** A column on the screen: one of the file, or the answer that a run gave. */
export interface GridColumn {
  /** Its place among a row's cells; absent for the answer. */
  cell?: number;
  name: string;
  left: number;
  width: number;
}

/** The columns beside each other; texts share what is left of the view's width. */
export function gridColumns(
  columns: readonly TableColumn[],
  { answers, widths, view }: { answers: boolean; widths: Readonly<Record<string, number>>; view: number },
): GridColumn[] {
  const sized = columns.map(({ name, kind }, cell) => ({
    cell,
    name,
    width: widths[name] ?? DEFAULT_WIDTHS[kind],
    stretches: kind === 'text' && widths[name] === undefined,
  }));
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
