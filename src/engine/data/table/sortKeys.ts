import { isNumber, toNumber } from '../columns';

/** What the rows that a query finds are sorted by: one key a row. */
export interface SortKeys {
  /** How much memory the keys take, about. */
  readonly bytes: number;
  /** Adds a row's key; false where the cell can be none of this kind. */
  add(cell: string): boolean;
  /** Order of two rows by their places; empty keys last either way, equal ones as they were. Never 0. */
  comparer(descending: boolean): (a: number, b: number) => number;
}

/** Of a longer text only the beginning counts, so that the keys of millions of rows find room. */
const KEY_LENGTH = 64;
/** What a text takes beside its characters, with the pointer to it. */
const TEXT_BYTES = 32;
/** Texts that come again, as those of classes do, are kept once: at most so many. */
const POOL_SIZE = 2_000;

const FIRST_NUMBERS = 4_096;

/** Keys of a column that holds numbers alone. */
export class NumberKeys implements SortKeys {
  #numbers = new Float64Array(FIRST_NUMBERS);
  #length = 0;

  get bytes(): number {
    return this.#numbers.byteLength;
  }

  add(cell: string): boolean {
    const value = cell.trim();
    if (value !== '' && !isNumber(value)) return false;
    if (this.#length === this.#numbers.length) {
      const more = new Float64Array(2 * this.#length);
      more.set(this.#numbers);
      this.#numbers = more;
    }
    this.#numbers[this.#length++] = value === '' ? Number.NaN : toNumber(value);
    return true;
  }

  comparer(descending: boolean): (a: number, b: number) => number {
    const sign = descending ? -1 : 1;
    const numbers = this.#numbers;
    return (a, b) => {
      const x = numbers[a]!;
      const y = numbers[b]!;
      if (x < y) return -sign;
      if (x > y) return sign;
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    };
  }
}

/** Keys of any column. */
export class TextKeys implements SortKeys {
  readonly #texts: string[] = [];
  #pool: Map<string, string> | undefined = new Map();
  bytes = 0;

  add(cell: string): boolean {
    const value = cell.trim();
    const key = (value.length > KEY_LENGTH ? copy(value.slice(0, KEY_LENGTH)) : value).toLowerCase();
    const known = this.#pool?.get(key);
    this.#texts.push(known ?? key);
    this.bytes += 8;
    if (known !== undefined) return true;
    this.bytes += TEXT_BYTES + 2 * key.length;
    if (this.#pool?.size === POOL_SIZE) this.#pool = undefined;
    this.#pool?.set(key, key);
    return true;
  }

  comparer(descending: boolean): (a: number, b: number) => number {
    const sign = descending ? -1 : 1;
    const texts = this.#texts;
    return (a, b) => {
      const x = texts[a]!;
      const y = texts[b]!;
      if (x === y) return a - b;
      if (x === '' || y === '') return x === '' ? 1 : -1;
      return x < y ? -sign : sign;
    };
  }
}

/** A slice would keep the whole text in memory. */
function copy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
