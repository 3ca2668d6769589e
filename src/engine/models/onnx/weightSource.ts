import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { byteLength } from '../../graph/elementBytes';
import type { Initializer } from '../../graph/graph';
import { bfloat16ToFloat32, float16ToFloat32 } from '../../halfFloat';

/** Reads initializers' values from the model's file and those beside it. */
export class WeightSource {
  private readonly files = new Map<string, { descriptor: number; size: number }>();

  constructor(private readonly folder: string) {}

  /** The values as they are stored. Throws model-missing and model-invalid, naming the file. */
  bytes({ data }: Initializer): Uint8Array {
    if (data.kind === 'inline') return data.bytes;
    if (data.kind !== 'external') throw new Error('a weight of a checkpoint is not in an ONNX file');
    const { descriptor, size } = this.open(data.file);
    if (data.offset + data.length > size) {
      throw new SoftpromptError('model-invalid', l10n`The file of weights is shorter than the model says.`, {
        place: { file: join(this.folder, data.file) },
        hint: l10n`Download the file again.`,
      });
    }
    const bytes = new Uint8Array(data.length);
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(descriptor, bytes, done, bytes.length - done, data.offset + done);
      if (count === 0) throw new Error(`${data.file} has become shorter`);
      done += count;
    }
    return bytes;
  }

  /** Bytes that an initializer's values take. */
  sizeOf({ type, shape }: Initializer): number {
    return byteLength(type, shape);
  }

  /** Whether two tensors begin with the same bytes: enough to tell copies of a table from another table. */
  beginAlike(a: Initializer, b: Initializer): boolean {
    const [left, right] = [a, b].map((tensor) => this.bytes(beginning(tensor)));
    return left!.length === right!.length && left!.every((byte, i) => byte === right![i]);
  }

  /** The values of a float tensor of any precision. */
  floats(initializer: Initializer): Float32Array {
    const buffer = alignedBuffer(this.bytes(initializer));
    switch (initializer.type) {
      case 'float32':
        return new Float32Array(buffer);
      case 'float16':
        return float16ToFloat32(new Uint16Array(buffer));
      case 'bfloat16':
        return bfloat16ToFloat32(new Uint16Array(buffer));
      case 'float64':
        return Float32Array.from(new Float64Array(buffer));
      default:
        throw new Error(`a tensor of ${initializer.type} has no float values`);
    }
  }

  /** The values of an integer tensor. */
  integers(initializer: Initializer): ArrayLike<number> {
    const buffer = alignedBuffer(this.bytes(initializer));
    switch (initializer.type) {
      case 'uint8':
        return new Uint8Array(buffer);
      case 'int8':
        return new Int8Array(buffer);
      case 'uint16':
        return new Uint16Array(buffer);
      case 'int16':
        return new Int16Array(buffer);
      case 'int32':
        return new Int32Array(buffer);
      default:
        throw new Error(`quantised values of type ${initializer.type} are not supported`);
    }
  }

  close(): void {
    for (const { descriptor } of this.files.values()) closeSync(descriptor);
    this.files.clear();
  }

  private open(file: string): { descriptor: number; size: number } {
    const known = this.files.get(file);
    if (known) return known;
    const path = join(this.folder, file);
    try {
      const opened = { descriptor: openSync(path, 'r'), size: statSync(path).size };
      this.files.set(file, opened);
      return opened;
    } catch (cause) {
      throw new SoftpromptError('model-missing', l10n`The model is not complete: ${file} is missing.`, {
        place: { file: this.folder },
        hint: l10n`Put the file of weights beside the .onnx file.`,
        cause,
      });
    }
  }
}

const BEGINNING = 4096;

function beginning(tensor: Initializer): Initializer {
  const { data } = tensor;
  if (data.kind === 'external')
    return { ...tensor, data: { ...data, length: Math.min(data.length, BEGINNING) } };
  if (data.kind !== 'inline') return tensor;
  return { ...tensor, data: { ...data, bytes: data.bytes.subarray(0, BEGINNING) } };
}

/** A typed array must start at a multiple of its element's size: bytes from within a message are copied first. */
function alignedBuffer(bytes: Uint8Array): ArrayBuffer {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return (whole ? bytes : bytes.slice()).buffer as ArrayBuffer;
}
