import { isNumber, toNumber } from '../columns';

/** Of a longer text only the beginning counts, so that the keys of millions of rows find room. */
const KEY_LENGTH = 64;

/** What rows are sorted by: numbers if all are, else texts. */
export class SortKeys {
  readonly #texts: string[] = [];
  #numbers = true;

  get length(): number {
    return this.#texts.length;
  }

  add(cell: string): void {
    const value = cell.trim();
    if (this.#numbers && value !== '') this.#numbers = isNumber(value);
    const key = value.length > KEY_LENGTH ? copy(value.slice(0, KEY_LENGTH)) : value;
    this.#texts.push(key.toLowerCase());
  }

  /** The things the keys were added for, in order; empty keys last either way, equal ones as they were. */
  order(things: readonly number[], descending: boolean): Uint32Array {
    const sign = descending ? -1 : 1;
    const texts = this.#texts;
    const places = Uint32Array.from(texts, (_, place) => place);
    if (this.#numbers) {
      const numbers = Float64Array.from(texts, (text) => (text === '' ? Number.NaN : toNumber(text)));
      places.sort((a, b) => {
        const [x, y] = [numbers[a]!, numbers[b]!];
        if (Number.isNaN(x) || Number.isNaN(y))
          return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
        return sign * (x - y) || a - b;
      });
    } else {
      places.sort((a, b) => {
        const [x, y] = [texts[a]!, texts[b]!];
        if (x === y) return a - b;
        if (x === '' || y === '') return x === '' ? 1 : -1;
        return x < y ? -sign : sign;
      });
    }
    return places.map((place) => things[place]!);
  }
}

/** A slice would keep the whole text in memory. */
function copy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
