import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { byteLength } from '../graph/elementBytes';
import type { ElementType } from '../graph/graph';
import type { TensorEntry } from '../models/checkpoint';

/** Where a weight is in the weights file: bytes from the start, and its shape. */
export interface PlacedWeight {
  offset: number;
  shape: number[];
}

/** A weight of a graph, by the checkpoint's name. */
export interface WeightRequest {
  tensor: string;
  type: ElementType;
  shape: readonly number[];
}

type Weights = ReadonlyMap<string, TensorEntry>;

/** Mapping a file asks for whole pages. */
const ALIGNMENT = 4096;

/**
 * Streams weights from a checkpoint into one file, a tensor at a time, so that no more than the largest
 * tensor is in memory. Answers where each one is.
 */
export async function writeWeights(
  file: string,
  weights: Weights,
  requests: readonly WeightRequest[],
  onProgress: (done: number, total: number) => void,
): Promise<Record<string, PlacedWeight>> {
  const total = requests.reduce((sum, request) => sum + byteLength(request.type, request.shape), 0);
  const placed: Record<string, PlacedWeight> = {};
  const handle = await open(file, 'w');
  try {
    let offset = 0;
    for (const request of requests) {
      placed[request.tensor] = { offset, shape: [...request.shape] };
      offset += await writeTensor(handle, offset, weights, request);
      onProgress(Math.min(offset, total), total);
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
  weights: Weights,
  request: WeightRequest,
): Promise<number> {
  const weight = weights.get(request.tensor);
  if (!weight) throw new Error(`the checkpoint has no weight ${request.tensor}`);
  const values = await weight.read();
  if (values.byteLength !== byteLength(request.type, request.shape)) {
    throw new Error(
      `the weight ${request.tensor} has ${values.byteLength} bytes, not ${byteLength(request.type, request.shape)}`,
    );
  }
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
    this.columns = weight.shape[1] ?? 1;
  }

  /** [ids.length, columns]; neighbours are read together. */
  read(ids: ArrayLike<number>): Float32Array {
    const { columns } = this;
    const count = this.weight.shape[0]!;
    for (let i = 0; i < ids.length; i++) {
      if (ids[i]! >= 0 && ids[i]! < count) continue;
      throw new SoftpromptError(
        'model-invalid',
        l10n`The tokenizer gives token ${ids[i]!}, but the model has only ${count}.`,
        { hint: l10n`Tokenizer and weights are not of the same model: download both again.` },
      );
    }
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
