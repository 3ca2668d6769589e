import { floats, type Tensor } from '../runtime/tensor';

/** Added to the scores of what a token may not see: large enough to leave exactly nothing after the softmax. */
export const HIDDEN = -1e9;

/** Who sees whom in a batch. Keys are the past's tokens, then the rows' own. */
export interface Sight {
  /** 1 where all rows have the same. */
  rows: number;
  /** Rows of the batch. */
  batchRows: number;
  length: number;
  past: number;
  /** Whether a token of a row sees a key. */
  sees(row: number, token: number, key: number): boolean;
  /** Positions of a row's tokens and of its keys, for windows. */
  tokenPosition(row: number, token: number): number;
  keyPosition(row: number, key: number): number;
}

/** Masks of a batch, by window, each made when it is first asked for: [rows or 1, 1, length, past + length]. */
export class AttentionMasks {
  private readonly known = new Map<number, Tensor>();

  constructor(readonly sight: Sight) {}

  /** Rows of the masks. */
  get rows(): number {
    return this.sight.rows;
  }

  /** `window`: a token sees no further than this many tokens in either direction, itself included. */
  mask(window = Number.POSITIVE_INFINITY): Tensor {
    const known = this.known.get(window) ?? this.make(window);
    this.known.set(window, known);
    return known;
  }

  private make(window: number): Tensor {
    const { rows, length, past, sees, tokenPosition, keyPosition } = this.sight;
    const width = past + length;
    const mask = new Float32Array(rows * length * width);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (let token = 0; token < length; token++) {
        const own = tokenPosition(row, token);
        for (let key = 0; key < width; key++, at++) {
          const far = Math.abs(own - keyPosition(row, key)) >= window;
          if (far || !sees(row, token, key)) mask[at] = HIDDEN;
        }
      }
    }
    return floats(mask, [rows, 1, length, width]);
  }
}
