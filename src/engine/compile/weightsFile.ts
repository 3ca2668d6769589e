import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Checkpoint } from '../models/checkpoint';

/** Where a weight is in the weights file: bytes from the start, and its shape. */
export interface PlacedWeight {
  offset: number;
  shape: number[];
}

/** A weight of a graph: tensors of the checkpoint joined along the first axis. */
export interface WeightRequest {
  tensors: readonly string[];
  shape: readonly number[];
}

/** Mapping a file asks for whole pages. */
const ALIGNMENT = 4096;

export const weightKey = (tensors: readonly string[]): string => tensors.join('+');

/**
 * Streams weights from a checkpoint into one file as float32, a tensor at a time, so that no more than the largest
 * tensor is in memory. Answers where each one is.
 */
export async function writeWeights(
  file: string,
  checkpoint: Checkpoint,
  requests: readonly WeightRequest[],
  onProgress: (done: number, total: number) => void,
): Promise<Record<string, PlacedWeight>> {
  const total = requests.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 4),
    0,
  );
  const placed: Record<string, PlacedWeight> = {};
  const handle = await open(file, 'w');
  try {
    let offset = 0;
    for (const { tensors, shape } of requests) {
      placed[weightKey(tensors)] = { offset, shape: [...shape] };
      for (const name of tensors) {
        offset += await writeTensor(handle, offset, checkpoint, name);
        onProgress(offset, total);
      }
      offset = Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
    }
    await handle.truncate(offset);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return placed;
}

async function writeTensor(
  handle: FileHandle,
  offset: number,
  checkpoint: Checkpoint,
  name: string,
): Promise<number> {
  const tensor = checkpoint.tensors.get(name);
  if (!tensor) throw new Error(`the checkpoint has no tensor ${name}`);
  const values = await tensor.read();
  await handle.write(
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    0,
    values.byteLength,
    offset,
  );
  return values.byteLength;
}

/** Rows of a matrix in a weights file, read when asked for. */
export class WeightRows {
  private readonly descriptor: number;
  readonly columns: number;

  constructor(
    file: string,
    private readonly weight: PlacedWeight,
  ) {
    this.descriptor = openSync(file, 'r');
    this.columns = weight.shape[1]!;
  }

  /** [ids.length, columns]; neighbours are read together. */
  read(ids: ArrayLike<number>): Float32Array {
    const { columns } = this;
    const rows = new Float32Array(ids.length * columns);
    for (let start = 0; start < ids.length; ) {
      let end = start + 1;
      while (end < ids.length && ids[end] === ids[end - 1]! + 1) end++;
      const bytes = new Uint8Array(rows.buffer, start * columns * 4, (end - start) * columns * 4);
      this.fill(bytes, this.weight.offset + ids[start]! * columns * 4);
      start = end;
    }
    return rows;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private fill(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.descriptor, bytes, done, bytes.length - done, position + done);
      if (count === 0) throw new Error('the compiled weights file is shorter than it should be');
      done += count;
    }
  }
}
