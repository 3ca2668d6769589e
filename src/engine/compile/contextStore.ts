import type { RowContext } from '../prompt/tokenRow';
import { ContextFile } from './contextFile';
import { toHalf } from './halfCasts';
import type { StageSessions } from './stageSessions';

/** Keys and values of contexts that stay in memory, in bytes. */
export const MEMORY_BUDGET = 512e6;

/**
 * Keys and values of one row's own context, in whatever form they are held: a layer's are [2, heads, tokens, head size], the keys
 * first; bits where they were rounded to half precision.
 */
export interface HeldContext {
  /** Valid until the next one is asked for. */
  layer(index: number): Float32Array | Uint16Array;
}

/**
 * What was computed of contexts that come again. As they are while all of them fit into the budget; otherwise all of them are
 * rounded to half precision, and those that do not fit are in a file. Which of the two is settled before the first is computed:
 * the numbers of a run do not depend on which of its rows came first.
 */
export class ContextStore {
  private readonly recurring = new Set<RowContext>();
  private readonly held = new Map<RowContext, HeldContext>();
  private readonly groups = new Map<RowContext, readonly RowContext[]>();
  private halved = false;
  private room: number;
  /** null: it could not be opened. */
  private file: ContextFile | null | undefined;

  constructor(
    private readonly sessions: StageSessions,
    private readonly options: { cacheFolder: string; layers: number; bytesPerToken: number; budget?: number },
  ) {
    this.room = options.budget ?? MEMORY_BUDGET;
  }

  /**
   * From now on these contexts are kept, and no others.
   *
   * @param together those that are computed together, whichever of them is needed first: their numbers are then the same whenever
   * that is
   */
  keep(contexts: Iterable<RowContext>, together: readonly (readonly RowContext[])[] = []): void {
    this.clear();
    for (const group of together) for (const context of group) this.groups.set(context, group);
    let tokens = 0;
    for (const context of contexts) {
      if (this.recurring.has(context)) continue;
      this.recurring.add(context);
      tokens += context.own.length;
    }
    this.room = this.options.budget ?? MEMORY_BUDGET;
    this.halved = tokens * this.options.bytesPerToken > this.room;
  }

  groupOf(context: RowContext): readonly RowContext[] | undefined {
    return this.groups.get(context);
  }

  find(context: RowContext): HeldContext | undefined {
    return this.held.get(context);
  }

  /** @param values [layers, 2, heads, tokens, head size], not to be changed afterwards */
  async hold(context: RowContext, values: Float32Array): Promise<HeldContext> {
    const known = this.held.get(context);
    if (known) return known;
    if (!this.recurring.has(context)) return this.inMemory(values);
    const numbers = this.halved ? await toHalf(this.sessions, values) : values;
    if (numbers.byteLength <= this.room) {
      this.room -= numbers.byteLength;
      return this.remember(context, this.inMemory(numbers));
    }
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    const file = await this.openFile();
    const offset = file?.append(bytes);
    // Without room anywhere it is computed again next time.
    return file && offset !== undefined
      ? this.remember(context, this.onDisk(file, offset, numbers.length))
      : this.inMemory(numbers);
  }

  /** None where the cache folder cannot be written to. */
  private async openFile(): Promise<ContextFile | undefined> {
    if (this.file === undefined)
      this.file = await ContextFile.open(this.options.cacheFolder).catch(() => null);
    return this.file ?? undefined;
  }

  clear(): void {
    this.recurring.clear();
    this.groups.clear();
    this.held.clear();
    this.file?.close();
    this.file = undefined;
  }

  private remember(context: RowContext, held: HeldContext): HeldContext {
    this.held.set(context, held);
    return held;
  }

  private inMemory(values: Float32Array | Uint16Array): HeldContext {
    const size = values.length / this.options.layers;
    return { layer: (index) => values.subarray(index * size, (index + 1) * size) };
  }

  private onDisk(file: ContextFile, offset: number, count: number): HeldContext {
    const size = count / this.options.layers;
    return {
      layer: (index) => {
        const bits = this.buffer(size);
        file.read(
          offset + index * size * bits.BYTES_PER_ELEMENT,
          new Uint8Array(bits.buffer, 0, bits.byteLength),
        );
        return bits;
      },
    };
  }

  private memory = new Uint16Array(0);

  private buffer(size: number): Uint16Array {
    if (this.memory.length < size) this.memory = new Uint16Array(size);
    return this.memory.subarray(0, size);
  }
}
