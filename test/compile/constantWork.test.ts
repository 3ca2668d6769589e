import { describe, expect, it } from 'vitest';
import { hasConstantWork } from '../../src/engine/compile/constantWork';
import { newGraph } from '../../src/engine/graph/builder';
import type { ElementType } from '../../src/engine/graph/graph';

/** x times a weight of so many rows, which goes through `make` first. */
function product(
  rows: number,
  type: ElementType,
  make: (b: ReturnType<typeof newGraph>, w: string) => string,
) {
  const b = newGraph('g');
  const x = b.input('x', 'float32', ['rows', rows]);
  const data = { kind: 'checkpoint', tensor: 'w' } as const;
  const w = b.initializer('w', { type, shape: [rows, 256], data });
  b.add('MatMul', [x, make(b, w)]);
  return b.graph;
}

describe('work on constants', () => {
  it('is none where weights are used as they are', () => {
    expect(hasConstantWork(product(512, 'float32', (_, w) => w))).toBe(false);
  });

  it('is found where large weights are cast, or dequantised', () => {
    const cast = product(512, 'float16', (b, w) => b.add('Cast', [w], { attributes: { to: 1 } }));
    expect(hasConstantWork(cast)).toBe(true);
    const dequantised = product(512, 'uint8', (b, w) => b.add('DequantizeLinear', [w, b.scalar(0.5)]));
    expect(hasConstantWork(dequantised)).toBe(true);
    const widened = product(512, 'uint8', (b, w) => {
      const scales = b.add('Expand', [b.scalar(0.5), b.ints([256])]);
      return b.add('DequantizeLinear', [w, scales], { attributes: { axis: 1 } });
    });
    expect(hasConstantWork(widened)).toBe(true);
  });

  it('does not count where the weights are small', () => {
    const cast = product(4, 'float16', (b, w) => b.add('Cast', [w], { attributes: { to: 1 } }));
    expect(hasConstantWork(cast)).toBe(false);
  });
});
