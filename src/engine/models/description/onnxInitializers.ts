import type { FileHandle } from 'node:fs/promises';
import { SoftpromptError } from '../../../protocol/errors';

// The few fields of onnx.proto that tell of weights: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_DIMS = 1;
const TENSOR_TYPE = 2;
const TENSOR_EXTERNAL = 13;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const LIMITS = { fields: 2 ** 20, dimensions: 16, text: 4096, varintBytes: 10 } as const;
const CHUNK = 2 ** 16;

export interface Initializer {
  shape: number[];
  /** ONNX's number for the element type. */
  type: number;
  /** Name of the file that holds the values, if not this one. */
  location?: string;
}

/** The weights of an ONNX file, without their values: those are passed over, wherever they stand. */
export async function onnxInitializers(
  handle: FileHandle,
  size: number,
  file: string,
): Promise<Initializer[]> {
  const reader = new FieldReader(handle, size, file);
  const found: Initializer[] = [];
  await reader.fields(size, {
    [MODEL_GRAPH]: (graphEnd) =>
      reader.fields(graphEnd, {
        [GRAPH_INITIALIZER]: async (end) => {
          found.push(await tensor(reader, end));
        },
      }),
  });
  return found;
}

async function tensor(reader: FieldReader, end: number): Promise<Initializer> {
  const found: Initializer = { shape: [], type: 0 };
  await reader.fields(end, {
    // Each dimension by itself, or all of them packed.
    [TENSOR_DIMS]: async (packed, value) => {
      const add = (length: number) => {
        if (found.shape.push(length) > LIMITS.dimensions)
          throw reader.invalid('a weight has too many dimensions');
      };
      if (value !== undefined) add(value);
      else while (reader.at < packed) add(await reader.varint());
    },
    [TENSOR_TYPE]: async (_, value) => {
      found.type = value ?? 0;
    },
    [TENSOR_EXTERNAL]: async (entryEnd) => {
      const entry: Record<number, string> = {};
      const keep = (field: number) => async (textEnd: number) => {
        entry[field] = await reader.text(textEnd);
      };
      await reader.fields(entryEnd, { [ENTRY_KEY]: keep(ENTRY_KEY), [ENTRY_VALUE]: keep(ENTRY_VALUE) });
      if (entry[ENTRY_KEY] === 'location') found.location = entry[ENTRY_VALUE];
    },
  });
  return found;
}

/** What to do with a field: `end` is where its bytes end, `value` its number if it is one. */
type Visitor = (end: number, value?: number) => Promise<void>;

/** Reads protobuf fields from a file in small pieces, and leaps over those that nobody asked for. */
class FieldReader {
  at = 0;
  private seen = 0;
  private chunk = new Uint8Array(0);
  private chunkStart = 0;

  constructor(
    private readonly handle: FileHandle,
    private readonly size: number,
    private readonly file: string,
  ) {}

  async fields(end: number, visitors: Record<number, Visitor>): Promise<void> {
    while (this.at < end) {
      if (++this.seen > LIMITS.fields) throw this.invalid('it has too many fields');
      const key = await this.varint();
      const visitor = visitors[Math.floor(key / 8)];
      const wire = key % 8;
      if (wire === VARINT) {
        const value = await this.varint();
        await visitor?.(this.at, value);
      } else if (wire === BYTES) {
        const length = await this.varint();
        const stop = this.at + length;
        if (stop > end) throw this.invalid(`a field of ${length} bytes goes beyond what holds it`);
        await visitor?.(stop);
        this.at = stop;
      } else if (wire === FIXED64 || wire === FIXED32) this.at += wire === FIXED64 ? 8 : 4;
      else throw this.invalid(`there is no wire type ${wire}`);
    }
  }

  async varint(): Promise<number> {
    let value = 0;
    for (let i = 0; i < LIMITS.varintBytes; i++) {
      const byte = await this.byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw this.invalid('a number has too many bytes');
  }

  async text(end: number): Promise<string> {
    const length = Math.min(end - this.at, LIMITS.text);
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = await this.byte();
    return new TextDecoder().decode(bytes);
  }

  private async byte(): Promise<number> {
    const within = this.at - this.chunkStart;
    if (within < 0 || within >= this.chunk.length) await this.load();
    return this.chunk[this.at++ - this.chunkStart]!;
  }

  private async load(): Promise<void> {
    if (this.at >= this.size) throw this.invalid('it ends too early');
    const bytes = new Uint8Array(Math.min(CHUNK, this.size - this.at));
    const { bytesRead } = await this.handle.read(bytes, 0, bytes.length, this.at);
    if (bytesRead === 0) throw this.invalid('it ends too early');
    this.chunk = bytes.subarray(0, bytesRead);
    this.chunkStart = this.at;
  }

  invalid(problem: string): SoftpromptError {
    return new SoftpromptError(
      'model-invalid',
      `This is not a valid ONNX file: ${problem} (byte ${this.at}).`,
      {
        place: { file: this.file },
        hint: 'Export the model again, or download the file again.',
      },
    );
  }
}
