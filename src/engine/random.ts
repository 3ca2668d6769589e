/** State of a generator: a small JSON value, kept in checkpoints. */
export type RandomState = [number, number, number, number];

/**
 * The one source of chance in the engine: sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, PractRand), with
 * 128 bits of state, seeded through splitmix32. Not for secrets.
 */
export class Random {
  private constructor(
    private a: number,
    private b: number,
    private c: number,
    private counter: number,
  ) {}

  /** Whole numbers of any count: `seeded(seed, epoch)` gives every epoch a stream of its own. */
  static seeded(...seeds: number[]): Random {
    let mixed = 0x9e3779b9;
    for (const seed of seeds) {
      mixed = splitmix32(mixed ^ (seed >>> 0));
      mixed = splitmix32(mixed ^ Math.floor(seed / 2 ** 32));
    }
    const words = [1, 2, 3].map((i) => splitmix32(mixed + Math.imul(i, 0x9e3779b9)));
    const random = new Random(words[0]!, words[1]!, words[2]!, 1);
    for (let i = 0; i < 12; i++) random.word();
    return random;
  }

  static fromState([a, b, c, counter]: RandomState): Random {
    return new Random(a, b, c, counter);
  }

  state(): RandomState {
    return [this.a, this.b, this.c, this.counter];
  }

  /** Uniform in [0, 1), with 53 random bits. */
  next(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  /** Uniform whole number in [0, n). */
  int(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Normal with mean 0 and deviation 1 (Box and Muller). The second value is not kept: the state stays four words. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const item = items[i]!;
      items[i] = items[j]!;
      items[j] = item;
    }
    return items;
  }

  private word(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** One step of splitmix32: a bijection of 32 bits that spreads close seeds far apart. */
function splitmix32(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
