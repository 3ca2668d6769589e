import type { FileHandle } from 'node:fs/promises';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { ModelProto } from '../../graph/onnxSchema';

// An ONNX file can hold gigabytes of weights in the midst of its graph. This reads the file without them: each large
// tensor's values are replaced by where in the file they are, as if they were stored outside.

/** Values of more bytes are left in the file. */
const LARGE_TENSOR = 4096;
/** What is left without the weights: nodes, names, small constants. */
const HEADER_LIMIT = 256 * 2 ** 20;
/** Protobuf's own limit for a message. */
const FILE_LIMIT = 2 ** 31;

/** Field numbers of onnx.proto on the way to a tensor's values. */
const GRAPH = 7;
const INITIALIZER = 5;
const RAW_DATA = 9;

const LENGTH_DELIMITED = 2;

/** Bytes that are copied from the file, or written in place of what is skipped. */
type Piece = { from: number; to: number } | { bytes: Uint8Array };

/**
 * The bytes of an ONNX model with the values of its large initializers left out: those say instead that their values
 * lie outside, in a file of this name, at the offset where they are in this file. Throws `model-invalid` with the
 * offset.
 */
export async function skimOnnx(
  handle: FileHandle,
  file: { path: string; name: string },
): Promise<Uint8Array> {
  const { size } = await handle.stat();
  const fail = (problem: string, offset: number) =>
    new SoftpromptError('model-invalid', l10n`This is not an ONNX model: ${problem} at byte ${offset}.`, {
      place: { file: file.path },
      hint: l10n`Download the file again.`,
    });
  if (size === 0) throw fail(l10n`it is empty`, 0);
  if (size > FILE_LIMIT)
    throw fail(l10n`it is larger than 2 GB, which the format does not allow,`, FILE_LIMIT);
  const reader = new Reader(handle, size, fail);
  const pieces = await rewrite(reader, { from: 0, to: size }, [GRAPH, INITIALIZER], file.name);
  const total = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
  if (total > HEADER_LIMIT) throw fail(l10n`its graph is larger than ${HEADER_LIMIT / 2 ** 20} MB`, 0);
  const result = new Uint8Array(total);
  let offset = 0;
  for (const piece of pieces) {
    if ('bytes' in piece) result.set(piece.bytes, offset);
    else await reader.copy(piece.from, result.subarray(offset, offset + piece.to - piece.from));
    offset += lengthOf(piece);
  }
  return result;
}

const lengthOf = (piece: Piece) => ('bytes' in piece ? piece.bytes.length : piece.to - piece.from);

interface Field {
  number: number;
  start: number;
  /** Where the value begins: after the length where there is one. */
  value: number;
  end: number;
  delimited: boolean;
}

/** The pieces of a message in which the tensors along `path` are shortened. */
async function rewrite(
  reader: Reader,
  range: { from: number; to: number },
  path: readonly number[],
  file: string,
): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (let at = range.from; at < range.to; ) {
    const field = await reader.field(at, range.to);
    at = field.end;
    const inside = field.delimited && field.number === path[0] && field.end - field.value > LARGE_TENSOR;
    const shortened = !inside
      ? undefined
      : path.length > 1
        ? await rewrite(reader, { from: field.value, to: field.end }, path.slice(1), file)
        : await shortenTensor(reader, field, file);
    if (!shortened) pieces.push({ from: field.start, to: field.end });
    else {
      const length = shortened.reduce((sum, piece) => sum + lengthOf(piece), 0);
      pieces.push({
        bytes: Uint8Array.of(...varint((field.number << 3) | LENGTH_DELIMITED), ...varint(length)),
      });
      pieces.push(...shortened);
    }
  }
  return pieces;
}

/** A tensor whose raw values are replaced by their place; undefined where it has none that are large. */
async function shortenTensor(reader: Reader, tensor: Field, file: string): Promise<Piece[] | undefined> {
  const pieces: Piece[] = [];
  let values: Field | undefined;
  for (let at = tensor.value; at < tensor.end; ) {
    const field = await reader.field(at, tensor.end);
    at = field.end;
    if (field.number === RAW_DATA && field.delimited && field.end - field.value > LARGE_TENSOR)
      values = field;
    else pieces.push({ from: field.start, to: field.end });
  }
  if (!values) return undefined;
  const entries = { location: file, offset: values.value, length: values.end - values.value };
  const bytes = TensorProto.encode({
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value: String(value) })),
    dataLocation: 1,
  }).finish();
  return [...pieces, { bytes }];
}

const TensorProto = ModelProto.root.lookupType('onnx.TensorProto');

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

const WINDOW = 2 ** 16;
const LONGEST_KEY = 20;

/** Reads fields of protobuf messages straight from a file, a window at a time. */
class Reader {
  private window = new Uint8Array(0);
  private from = 0;

  constructor(
    private readonly handle: FileHandle,
    private readonly size: number,
    private readonly fail: (problem: string, offset: number) => SoftpromptError,
  ) {}

  async field(start: number, limit: number): Promise<Field> {
    await this.reach(start, Math.min(LONGEST_KEY, this.size - start));
    let at = start;
    const next = () => {
      let value = 0;
      for (let i = 0, scale = 1; i < 10; i++, scale *= 128) {
        if (at >= limit) throw this.fail(l10n`a field is cut off`, start);
        const byte = this.window[at++ - this.from]!;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
      throw this.fail(l10n`a number is too long`, start);
    };
    const key = next();
    const [number, kind] = [Math.floor(key / 8), key % 8];
    if (number === 0) throw this.fail(l10n`a field has no number`, start);
    let end: number;
    let value = at;
    if (kind === 0) {
      next();
      end = at;
    } else if (kind === LENGTH_DELIMITED) {
      const length = next();
      value = at;
      end = at + length;
    } else if (kind === 1 || kind === 5) end = at + (kind === 1 ? 8 : 4);
    else throw this.fail(l10n`a field has an unknown kind`, start);
    if (end > limit) throw this.fail(l10n`a field is longer than what it is in`, start);
    return { number, start, value, end, delimited: kind === LENGTH_DELIMITED };
  }

  async copy(from: number, target: Uint8Array): Promise<void> {
    for (let done = 0; done < target.length; ) {
      const { bytesRead } = await this.handle.read(target, done, target.length - done, from + done);
      if (bytesRead === 0) throw this.fail(l10n`the file has become shorter`, from + done);
      done += bytesRead;
    }
  }

  private async reach(at: number, length: number): Promise<void> {
    if (at >= this.from && at + length <= this.from + this.window.length) return;
    const window = new Uint8Array(Math.min(WINDOW, this.size - at));
    await this.copy(at, window);
    this.window = window;
    this.from = at;
  }
}
