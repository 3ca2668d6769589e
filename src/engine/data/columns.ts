import type { ColumnSummary } from '../../protocol/dataset';
import type { TableColumn } from '../../protocol/table';

/** More distinct values than this are no classes, however often they repeat. */
export const MAX_CLASSES = 200;
/** Classes are short: labels, not sentences. Characters. */
const MAX_CLASS_LENGTH = 100;
const MAX_MEAN_CLASS_LENGTH = 40;
/** A number with more distinct values than this is a quantity, not the code of a class. */
const MAX_NUMBER_CLASSES = 20;

const EXAMPLES = 3;
const EXAMPLE_LENGTH = 200;
const NUMBER = /^[+-]?(\d+([.,]\d+)?|\.\d+)(e[+-]?\d+)?$/i;

/** What a column holds, cell by cell. Spaces around a value do not count. */
export class ColumnProfile {
  /** How often each value stands in the column; given up after `mostDistinct` of them. */
  #counts: Map<string, number> | undefined = new Map();
  #missing = 0;
  #present = 0;
  #length = 0;
  #longest = 0;
  #isNumber = true;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;

  constructor(private readonly mostDistinct = Number.POSITIVE_INFINITY) {}

  add(cell: string): void {
    const value = cell.trim();
    if (value === '') {
      this.#missing += 1;
      return;
    }
    this.#present += 1;
    this.#length += value.length;
    if (value.length > this.#longest) this.#longest = value.length;
    if (this.#isNumber) this.#addNumber(value);
    if (!this.#counts) return;
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    if (this.#counts.size > this.mostDistinct) this.#counts = undefined;
  }

  /** Cells of rows from before the column appeared. */
  addMissing(count: number): void {
    this.#missing += count;
  }

  summary(): ColumnFacts {
    const present = this.#present;
    const meanLength = present === 0 ? 0 : this.#length / present;
    const numbers = present > 0 && this.#isNumber;
    const classes = this.#isClass(numbers, meanLength)
      ? this.#counts && byFrequency(this.#counts)
      : undefined;
    return {
      kind: present === 0 ? 'empty' : classes ? 'class' : numbers ? 'number' : 'text',
      missing: this.#missing,
      meanLength,
      ...(this.#counts && { distinct: this.#counts.size }),
      ...(classes && { classes }),
      ...(numbers && { least: this.#least, most: this.#most }),
    };
  }

  /** Some values, as they come first in the column. */
  examples(): string[] {
    const first = [...(this.#counts ?? new Map<string, number>()).keys()].slice(0, EXAMPLES);
    return first.map((value) =>
      value.length > EXAMPLE_LENGTH ? `${value.slice(0, EXAMPLE_LENGTH)}…` : value,
    );
  }

  #addNumber(value: string): void {
    this.#isNumber = isNumber(value);
    const number = toNumber(value);
    if (number < this.#least) this.#least = number;
    if (number > this.#most) this.#most = number;
  }

  #isClass(numbers: boolean, meanLength: number): boolean {
    if (!this.#counts || this.#present === 0) return false;
    const distinct = this.#counts.size;
    // Every value twice on average; in a tiny dataset it is enough that one repeats.
    const repeats = distinct <= Math.max(this.#present / 2, Math.min(this.#present - 1, 6));
    return (
      repeats &&
      distinct <= (numbers ? MAX_NUMBER_CLASSES : MAX_CLASSES) &&
      this.#longest <= MAX_CLASS_LENGTH &&
      meanLength <= MAX_MEAN_CLASS_LENGTH
    );
  }
}

/** What a profile tells: a TableColumn without its name. */
export type ColumnFacts = Omit<TableColumn, 'name'>;

/** What a column holds. */
export function summariseColumn(name: string, cells: readonly string[]): ColumnSummary {
  const profile = new ColumnProfile();
  for (const cell of cells) profile.add(cell);
  const { kind, distinct = 0, missing, meanLength, classes } = profile.summary();
  return {
    name,
    kind,
    distinct,
    missing,
    meanLength,
    ...(classes && { classes }),
    examples: profile.examples(),
  };
}

/** Whether a value, without spaces around it, is written as a number. */
export function isNumber(value: string): boolean {
  return NUMBER.test(value);
}

export function toNumber(value: string): number {
  return Number(value.replace(',', '.'));
}

function byFrequency(counts: ReadonlyMap<string, number>): { value: string; count: number }[] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
