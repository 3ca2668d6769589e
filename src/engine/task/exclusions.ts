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
  const beginning = wanted.slice(0, -GOES_ON.length).trimEnd();
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
    const open = [...this.open].map(([row, mark]) => ({
      row,
      fits: markTest(mark),
      fitting: [] as number[],
    }));
    // One row put in at the top moves all others: they are read once, not once for each mark.
    for (let i = 0; open.length > 0 && i < dataset.length; i++) {
      const { row, values } = dataset.rowAt(i);
      if (row in this.marks) continue;
      const read = readRow(values, this.columns);
      for (const { fits, fitting } of open) if (fitting.length < 2 && fits(read)) fitting.push(row);
    }
    return open.map(({ row, fitting }) => ({
      file: dataset.file,
      row,
      ...(fitting.length === 1 && { movedTo: fitting[0]! }),
    }));
  }
}

/** Line breaks and rows of spaces are one space: they are hard to see in a task file. */
function evened(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
