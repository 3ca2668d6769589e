import type { Dataset } from '../data/dataset';

/** Characters of a text that are written beside its row number: enough to tell rows apart, few enough to read. */
const MARK_LENGTH = 60;
const GOES_ON = '…';

type Values = Readonly<Record<string, string>>;

/** An entry of the task's "exclude" that fits no row. */
export interface UnmatchedRow {
  file: string;
  row: number;
  /** The only row that reads as the entry says, if there is one. */
  movedTo?: number;
}

/**
 * What a row is known again by: how the longest of the texts that the prompt reads begins. Empty where there is no text. Another
 * template, another label or another column in the file does not change it.
 */
export function rowMark(values: Values, columns: readonly string[]): string {
  const texts = columns.map((column) => evened(values[column] ?? ''));
  const longest = texts.reduce((a, b) => (b.length > a.length ? b : a), '');
  const characters = [...longest];
  return characters.length > MARK_LENGTH
    ? `${characters.slice(0, MARK_LENGTH).join('').trimEnd()}${GOES_ON}`
    : longest;
}

/** Whether a row reads as its mark says: one of its cells, whichever. */
export function fitsMark(values: Values, mark: string, columns: readonly string[]): boolean {
  return markTest(mark)(readRow(values, columns));
}

/** A row with its white space evened, to be held against many marks. */
interface ReadRow {
  cells: readonly string[];
  /** There is no text in what the prompt reads. */
  empty: boolean;
}

function readRow(values: Values, columns: readonly string[]): ReadRow {
  return {
    cells: Object.values(values).map(evened),
    empty: columns.every((column) => evened(values[column] ?? '') === ''),
  };
}

function markTest(mark: string): (row: ReadRow) => boolean {
  const wanted = evened(mark);
  if (wanted === '') return ({ empty }) => empty;
  if (!wanted.endsWith(GOES_ON)) return ({ cells }) => cells.includes(wanted);
  const beginning = beginningOf(wanted);
  return ({ cells }) => cells.some((cell) => cell.startsWith(beginning));
}

/** The rows of one file that a task leaves out; those found are ticked off. */
export class Exclusions {
  private readonly open: Map<number, string>;

  constructor(
    private readonly marks: Readonly<Record<string, string>>,
    private readonly columns: readonly string[],
  ) {
    this.open = new Map(Object.entries(marks).map(([row, mark]) => [Number(row), mark]));
  }

  /** Whether this row is to be left out. */
  take(row: number, values: Values): boolean {
    const mark = this.open.get(row);
    if (mark === undefined || !fitsMark(values, mark, this.columns)) return false;
    this.open.delete(row);
    return true;
  }

  /** What was not found, after all rows were taken. */
  unmatched(dataset: Dataset): UnmatchedRow[] {
    const search = new MarkSearch(this.open.values());
    // One row put in at the top moves all others: they are read once, not once for each mark.
    for (let i = 0; this.open.size > 0 && i < dataset.length; i++) {
      const { row, values } = dataset.rowAt(i);
      if (!(row in this.marks)) search.add(row, readRow(values, this.columns));
    }
    return [...this.open].map(([row, mark]) => {
      const [first, ...others] = search.rowsOf(mark);
      return {
        file: dataset.file,
        row,
        ...(first !== undefined && others.length === 0 && { movedTo: first }),
      };
    });
  }
}

/** Finds the first two rows that fit each of many marks, as `markTest` reads them. */
class MarkSearch {
  /** By the mark, its white space evened. */
  private readonly rows = new Map<string, number[]>();
  /** The same by the cell that they want, and by the beginning of it: these are of a few lengths, cut where a word ends. */
  private readonly whole = new Map<string, number[]>();
  private readonly beginnings = new Map<number, Map<string, number[]>>();

  constructor(marks: Iterable<string>) {
    for (const mark of new Set([...marks].map(evened))) {
      const rows: number[] = [];
      this.rows.set(mark, rows);
      if (!mark.endsWith(GOES_ON)) {
        this.whole.set(mark, rows);
        continue;
      }
      const beginning = beginningOf(mark);
      const alike = this.beginnings.get(beginning.length) ?? new Map<string, number[]>();
      this.beginnings.set(beginning.length, alike.set(beginning, rows));
    }
  }

  add(row: number, { cells, empty }: ReadRow): void {
    const note = (rows: number[] | undefined): void => {
      if (rows && rows.length < 2 && rows.at(-1) !== row) rows.push(row);
    };
    if (empty) note(this.rows.get(''));
    for (const cell of cells) {
      if (cell !== '') note(this.whole.get(cell));
      for (const [length, alike] of this.beginnings) note(alike.get(cell.slice(0, length)));
    }
  }

  rowsOf(mark: string): readonly number[] {
    return this.rows.get(evened(mark)) ?? [];
  }
}

const beginningOf = (mark: string): string => mark.slice(0, -GOES_ON.length).trimEnd();

/** Line breaks and rows of spaces are one space: they are hard to see in a task file. */
function evened(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
