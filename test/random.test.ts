import { describe, expect, it } from 'vitest';
import { Random } from '../src/engine/random';

/** sfc32 as published, to hold the class against. */
function reference(a: number, b: number, c: number, d: number): () => number {
  return () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
}

describe('Random', () => {
  it('is sfc32', () => {
    const random = Random.seeded(7);
    const words = reference(...random.state());
    for (let i = 0; i < 1000; i++) {
      const high = words() >>> 5;
      const low = words() >>> 6;
      expect(random.next()).toBe((high * 2 ** 26 + low) / 2 ** 53);
    }
  });

  it('goes on from a saved state as if nothing had happened', () => {
    const random = Random.seeded(3, 1);
    for (let i = 0; i < 17; i++) random.normal();
    const copy = Random.fromState(JSON.parse(JSON.stringify(random.state())));
    expect([copy.next(), copy.normal(), copy.int(10)]).toEqual([
      random.next(),
      random.normal(),
      random.int(10),
    ]);
  });

  it('gives different streams for different seeds', () => {
    const first = [[0], [1], [0, 0], [0, 1], [1, 0], [2 ** 32], [2 ** 40]].map((s) =>
      Random.seeded(...s).next(),
    );
    expect(new Set(first).size).toBe(first.length);
  });

  it('is uniform and normal as far as 100,000 draws can tell', () => {
    const random = Random.seeded(0);
    const n = 100_000;
    const counts = new Array<number>(10).fill(0);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      counts[random.int(10)]! += 1;
      const x = random.normal();
      sum += x;
      squares += x * x;
    }
    for (const count of counts) expect(Math.abs(count - n / 10)).toBeLessThan(500);
    expect(Math.abs(sum / n)).toBeLessThan(0.015);
    expect(Math.abs(squares / n - 1)).toBeLessThan(0.02);
  });

  it('shuffles into a permutation', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = Random.seeded(1).shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.sort((a, b) => a - b)).toEqual(items);
  });
});
