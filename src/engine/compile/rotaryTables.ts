import { floats, type Tensor } from '../runtime/tensor';

/** Cosines and sines by position, as long as was ever needed: [places, head size / 2]. */
export class RotaryTables {
  private tables = {
    cosines: floats(new Float32Array(0), [0, 0]),
    sines: floats(new Float32Array(0), [0, 0]),
  };

  constructor(private readonly frequencies: Float64Array) {}

  /** Tables that reach at least `places` positions; they grow in powers of two. */
  reach(places: number): { cosines: Tensor; sines: Tensor } {
    if (this.tables.cosines.shape[0]! < places) {
      const size = 2 ** Math.ceil(Math.log2(Math.max(64, places)));
      this.tables = { cosines: this.table(size, Math.cos), sines: this.table(size, Math.sin) };
    }
    return this.tables;
  }

  private table(places: number, of: (angle: number) => number): Tensor {
    const pairs = this.frequencies.length;
    const angle = (i: number) => Math.floor(i / pairs) * this.frequencies[i % pairs]!;
    return floats(
      Float32Array.from({ length: places * pairs }, (_, i) => of(angle(i))),
      [places, pairs],
    );
  }
}
