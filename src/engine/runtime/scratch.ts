/** Numbers in one block of scratch memory: 64 MB. */
const BLOCK = 2 ** 24;
/** Every buffer starts at a cache line. */
const LINE = 16;

/**
 * Float32 memory that is used again from step to step: fresh memory costs a page fault every 4 KB, which would show.
 * Buffers are handed out one behind the other and given back together, down to a mark.
 */
export class Scratch {
  private readonly blocks: Float32Array[] = [];
  private place: Mark = { block: 0, offset: 0 };

  /** A buffer of `count` numbers, valid until a mark before it is released; what is in it is left over from before. */
  take(count: number): Float32Array {
    const size = Math.ceil(count / LINE) * LINE;
    while (this.place.offset + size > (this.blocks[this.place.block]?.length ?? 0)) {
      const block = this.blocks[this.place.block];
      if (!block || (this.place.offset === 0 && block.length < size)) {
        this.blocks[this.place.block] = new Float32Array(Math.max(BLOCK, size));
      } else {
        this.place = { block: this.place.block + 1, offset: 0 };
      }
    }
    const { block, offset } = this.place;
    this.place = { block, offset: offset + size };
    return this.blocks[block]!.subarray(offset, offset + count);
  }

  mark(): Mark {
    return this.place;
  }

  /** Gives back all that was taken since the mark. */
  release(mark: Mark): void {
    this.place = mark;
  }

  /** Lets the memory go. */
  clear(): void {
    this.blocks.length = 0;
    this.place = { block: 0, offset: 0 };
  }
}

export interface Mark {
  readonly block: number;
  readonly offset: number;
}
