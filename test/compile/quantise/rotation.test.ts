import { describe, expect, it } from 'vitest';
import { Rotation } from '../../../src/engine/compile/quantise/rotation';

describe.each([1, 2, 7, 32, 96, 576])('a rotation of size %i', (size) => {
  const matrix = new Rotation(size).matrix();

  it('keeps lengths and angles', () => {
    for (let a = 0; a < size; a += Math.ceil(size / 9)) {
      for (let b = 0; b < size; b++) {
        let product = 0;
        for (let i = 0; i < size; i++) product += matrix[a * size + i]! * matrix[b * size + i]!;
        expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });

  it('does to rows what its matrix does', () => {
    const rows = Float32Array.from({ length: 2 * size }, (_, i) => Math.sin(i * 3.7));
    const turned = rows.slice();
    new Rotation(size).apply(turned);
    for (let row = 0; row < 2; row++) {
      for (let column = 0; column < size; column++) {
        let sum = 0;
        for (let i = 0; i < size; i++) sum += rows[row * size + i]! * matrix[i * size + column]!;
        expect(turned[row * size + column]).toBeCloseTo(sum, 4);
      }
    }
  });
});

it('spreads a single value over all others', () => {
  const row = new Float32Array(576);
  row[123] = 1;
  new Rotation(576).apply(row);
  const largest = Math.max(...row.map(Math.abs));
  expect(largest * Math.sqrt(576)).toBeLessThan(1.5);
});
