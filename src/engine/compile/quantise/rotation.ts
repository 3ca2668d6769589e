import { Random } from '../../random';

/** One and the same rotation everywhere: weights that were rotated must fit each other. */
const SEED = 0;

/**
 * An orthogonal matrix Q [size, size] that spreads every direction over all others: random signs, then a Hadamard transform over the
 * largest power of two in `size` and a cosine transform over what is left. Applied to a row in O(size · log size), where a random
 * one would take size² (QuaRot, Ashkboos et al., 2024).
 */
export class Rotation {
  private readonly signs: Float32Array;
  /** Rows of the cosine transform, [odd, odd], 1 / √(power of two) included. */
  private readonly cosines: Float32Array;
  private readonly power: number;
  private readonly odd: number;
  private readonly row: Float32Array;

  constructor(readonly size: number) {
    const random = Random.seeded(SEED, size);
    this.signs = Float32Array.from({ length: size }, () => (random.next() < 0.5 ? -1 : 1));
    this.power = size & -size;
    this.odd = size / this.power;
    this.cosines = cosineTransform(this.odd, 1 / Math.sqrt(this.power));
    this.row = new Float32Array(size);
  }

  /** v · Q for each row of `values`, in place. */
  apply(values: Float32Array): void {
    const { size, signs } = this;
    for (let start = 0; start < values.length; start += size) {
      const row = values.subarray(start, start + size);
      for (let i = 0; i < size; i++) row[i]! *= signs[i]!;
      this.hadamard(row);
      this.mix(row);
    }
  }

  /** Q, row-major [size, size]. */
  matrix(): Float32Array {
    const { size } = this;
    const matrix = new Float32Array(size * size);
    for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
    this.apply(matrix);
    return matrix;
  }

  /** Sums and differences over each stretch of `power` values (fast Walsh-Hadamard transform). */
  private hadamard(row: Float32Array): void {
    const { power } = this;
    for (let half = 1; half < power; half *= 2) {
      for (let start = 0; start < row.length; start += 2 * half) {
        for (let i = start; i < start + half; i++) {
          const [a, b] = [row[i]!, row[i + half]!];
          row[i] = a + b;
          row[i + half] = a - b;
        }
      }
    }
  }

  /** The cosine transform over values that are `power` apart. */
  private mix(row: Float32Array): void {
    const { power, odd, cosines } = this;
    this.row.set(row);
    row.fill(0);
    for (let to = 0; to < odd; to++) {
      for (let from = 0; from < odd; from++) {
        const factor = cosines[to * odd + from]!;
        for (let i = 0; i < power; i++) row[to * power + i]! += factor * this.row[from * power + i]!;
      }
    }
  }
}

/** The orthogonal DCT-II, times `scale`. */
function cosineTransform(size: number, scale: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    const length = Math.sqrt((row === 0 ? 1 : 2) / size);
    return scale * length * Math.cos((Math.PI * (column + 0.5) * row) / size);
  });
}
