/**
 * Float32 buffers that are used again: fresh memory costs a page fault every 4 KB, which would show in every step.
 * Capacities go in steps of an eighth of a power of two, so that batches of similar size share buffers.
 */
export class BufferPool {
  private readonly free = new Map<number, Float32Array[]>();

  /** A buffer of `count` numbers; what is in it is left over from before. */
  take(count: number): Float32Array {
    const capacity = capacityFor(count);
    const buffer = this.free.get(capacity)?.pop() ?? new Float32Array(capacity);
    return buffer.subarray(0, count);
  }

  give(buffer: Float32Array): void {
    const whole = new Float32Array(buffer.buffer);
    const list = this.free.get(whole.length);
    if (list) list.push(whole);
    else this.free.set(whole.length, [whole]);
  }

  /** Lets the unused buffers go. */
  clear(): void {
    this.free.clear();
  }
}

function capacityFor(count: number): number {
  const step = Math.max(64, 2 ** (Math.floor(Math.log2(Math.max(1, count))) - 3));
  return Math.ceil(Math.max(1, count) / step) * step;
}
