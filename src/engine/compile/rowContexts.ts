import { contextLength, type RowContext } from '../prompt/tokenRow';
import { batchTensors } from './batchTensors';
import { ContextStore, type HeldContext } from './contextStore';
import { fromHalf } from './halfCasts';
import { inferencePass } from './inferencePass';
import type { PassContext } from './pass';
import type { Prefix } from './promptModel';

/**
 * Contexts are padded to a multiple of so many tokens, and only those of one length go through together: in float32 what comes out
 * for a row then does not depend, to the last bit, on the rows beside it. In int8 it does, since rows share their scales: see
 * ContextStore.keep.
 */
const LENGTH_STEP = 8;

/** Tokens of contexts that go through the layers together. */
const TOKENS_AT_ONCE = 1024;

/** Keys and values of what stands before the virtual tokens: computed once a row, however often the row is visited. */
export class RowContexts {
  readonly store: ContextStore;
  private readonly sharedPrefixes = new WeakMap<Int32Array, Prefix>();

  constructor(
    private readonly c: PassContext,
    cacheFolder: string,
    /** What rows find before them of some tokens. */
    private readonly prefixOf: (embeddings: Float32Array) => Promise<Prefix>,
    budget?: number,
  ) {
    const { layers, keyValueHeads, headSize } = c.config;
    const bytesPerToken = layers * 2 * keyValueHeads * headSize * Float32Array.BYTES_PER_ELEMENT;
    this.store = new ContextStore(c.sessions, { cacheFolder, layers, bytesPerToken, budget });
  }

  /**
   * The contexts as the past of their rows, padded at their ends, in scratch memory; computes those that are not there yet.
   *
   * @returns `lengths`: tokens of each row's context
   */
  async pasts(contexts: readonly RowContext[]): Promise<{ past: Prefix; lengths: number[] }> {
    const held = await this.find(contexts);
    const lengths = contexts.map(contextLength);
    const length = Math.max(...lengths);
    const beginnings = new Map<Int32Array, Prefix | null>();
    for (const { shared } of contexts) beginnings.set(shared, await this.shared(shared));
    const { config } = this.c;
    const layers: Prefix['layers'][number][] = [];
    for (let layer = 0; layer < config.layers; layer++) {
      const blocks = contexts.map((context) => ({ context, held: held.get(context) }));
      layers.push(await this.assemble(blocks, beginnings, layer, length));
    }
    return { past: { length, rows: contexts.length, layers }, lengths };
  }

  /** One layer's keys and values of all rows, [rows, heads, length, head size]. */
  private async assemble(
    rows: readonly { context: RowContext; held: HeldContext | undefined }[],
    beginnings: ReadonlyMap<Int32Array, Prefix | null>,
    layer: number,
    length: number,
  ): Promise<{ keys: Float32Array; values: Float32Array }> {
    const { scratch, config, sessions } = this.c;
    const { keyValueHeads: heads, headSize } = config;
    const room = length * headSize;
    const half = rows.length * heads * room;
    const both = scratch.take(2 * half);
    const mark = scratch.mark();
    // Where a head's keys, or its values, of a row begin.
    const place = (row: number, part: number) =>
      (part < heads ? 0 : half) + (row * heads + (part % heads)) * room;
    const floats = new Map<number, Float32Array>();
    let bits: Uint16Array | undefined;
    for (const [row, { context, held }] of rows.entries()) {
      const numbers = held?.layer(layer);
      if (numbers instanceof Float32Array) floats.set(row, numbers);
      if (!(numbers instanceof Uint16Array)) continue;
      bits ??= halfOf(scratch.take(half)).fill(0);
      const [shared, own] = [context.shared.length * headSize, context.own.length * headSize];
      for (let part = 0; part < 2 * heads; part++) {
        bits.set(numbers.subarray(part * own, (part + 1) * own), place(row, part) + shared);
      }
    }
    if (bits) await fromHalf(sessions, bits, both);
    for (const [row, { context }] of rows.entries()) {
      const beginning = beginnings.get(context.shared)?.layers[layer];
      const [shared, own] = [context.shared.length * headSize, context.own.length * headSize];
      for (let part = 0; part < 2 * heads; part++) {
        const at = place(row, part);
        const head = part % heads;
        const all = part < heads ? beginning?.keys : beginning?.values;
        if (all) both.set(all.subarray(head * shared, (head + 1) * shared), at);
        const numbers = floats.get(row);
        if (numbers) both.set(numbers.subarray(part * own, (part + 1) * own), at + shared);
        both.fill(0, at + shared + own, at + room);
      }
    }
    scratch.release(mark);
    return { keys: both.subarray(0, half), values: both.subarray(half) };
  }

  private async find(contexts: readonly RowContext[]): Promise<Map<RowContext, HeldContext>> {
    const found = new Map<RowContext, HeldContext>();
    const groups = new Set<readonly RowContext[]>();
    const alone = new Set<RowContext>();
    for (const context of contexts) {
      const held = this.store.find(context);
      if (held) found.set(context, held);
      if (held || context.own.length === 0) continue;
      const group = this.store.groupOf(context);
      if (group) groups.add(group);
      else alone.add(context);
    }
    for (const group of [...groups, [...alone]]) await this.computeGroup(group, found);
    return found;
  }

  /** Those of one padded length together. */
  private async computeGroup(
    group: readonly RowContext[],
    found: Map<RowContext, HeldContext>,
  ): Promise<void> {
    const alike = new Map<Int32Array, Map<number, Set<RowContext>>>();
    for (const context of group) {
      const padded = Math.ceil(context.own.length / LENGTH_STEP) * LENGTH_STEP;
      const byLength = alike.get(context.shared) ?? new Map<number, Set<RowContext>>();
      alike.set(context.shared, byLength);
      byLength.set(padded, (byLength.get(padded) ?? new Set()).add(context));
    }
    for (const [shared, byLength] of alike) {
      const prefix = await this.shared(shared);
      for (const [padded, members] of byLength) {
        if (padded === 0) continue;
        const size = Math.max(1, Math.floor(TOKENS_AT_ONCE / padded));
        const list = [...members];
        for (let from = 0; from < list.length; from += size) {
          await this.compute(list.slice(from, from + size), padded, prefix, found);
        }
      }
    }
  }

  /** Forward only, `padded` tokens a row. */
  private async compute(
    contexts: readonly RowContext[],
    padded: number,
    prefix: Prefix | null,
    found: Map<RowContext, HeldContext>,
  ): Promise<void> {
    const { c } = this;
    const { layers, keyValueHeads: heads, headSize } = c.config;
    const rows = contexts.map(({ own }) => {
      const tokens = new Int32Array(padded);
      tokens.set(own);
      return { tokens };
    });
    const before = prefix?.length ?? 0;
    const tensors = batchTensors(rows, before);
    const { present } = await inferencePass(c, c.embed(tensors.ids), tensors, prefix, { keepPresent: true });
    for (const [row, context] of contexts.entries()) {
      const own = context.own.length * headSize;
      const values = new Float32Array(layers * 2 * heads * own);
      let at = 0;
      for (const { keys, values: others } of present) {
        for (const side of [keys, others]) {
          for (let head = 0; head < heads; head++, at += own) {
            const start = ((row * heads + head) * (before + padded) + before) * headSize;
            values.set(side.subarray(start, start + own), at);
          }
        }
      }
      found.set(context, await this.store.hold(context, values));
    }
  }

  private async shared(tokens: Int32Array): Promise<Prefix | null> {
    if (tokens.length === 0) return null;
    const known = this.sharedPrefixes.get(tokens) ?? (await this.prefixOf(this.c.embed(tokens)));
    this.sharedPrefixes.set(tokens, known);
    return known;
  }
}

/** The same memory as numbers of half the size. */
const halfOf = ({ buffer, byteOffset, length }: Float32Array) =>
  new Uint16Array(buffer, byteOffset, 2 * length);
