import type { RotaryTable } from '../models/languageModel';
import { floats, type Tensor } from '../runtime/tensor';

/** Cosines and sines by position, as long as was ever needed: [places, frequencies], a pair for each of a model's tables. */
export class RotaryTables {
  private places = 0;
  private tables: { cosines: Tensor; sines: Tensor }[] = [];

  constructor(private readonly rotary: readonly RotaryTable[]) {}

  /** Positions that the tables reach once `places` were asked for; they grow in powers of two. */
  placesFor(places: number): number {
    if (this.places < places) {
      this.places = 2 ** Math.ceil(Math.log2(Math.max(64, places)));
      this.tables = this.rotary.map((rotary) => ({
        cosines: table(rotary, this.places, Math.cos),
        sines: table(rotary, this.places, Math.sin),
      }));
    }
    return this.places;
  }

  /** A table that reaches at least `places` positions. */
  reach(index: number, places: number): { cosines: Tensor; sines: Tensor } {
    this.placesFor(places);
    return this.tables[index]!;
  }
}

function table({ frequencies, scale }: RotaryTable, places: number, of: (angle: number) => number): Tensor {
  const pairs = frequencies.length;
  const angle = (i: number) => Math.floor(i / pairs) * frequencies[i % pairs]!;
  return floats(
    Float32Array.from({ length: places * pairs }, (_, i) => scale * of(angle(i))),
    [places, pairs],
  );
}
