import { l10n } from '../../protocol/l10n';
import { byteLength } from './elementBytes';
import type { ElementType, Initializer } from './graph';
import { DATA_TYPES, EXTERNAL } from './onnxSchema';

/** A TensorProto as protobufjs decodes it, with the defaults filled in; int64 comes as Number. */
export interface TensorMessage {
  name: string;
  dims: number[];
  dataType: number;
  floatData: number[];
  int32Data: number[];
  int64Data: number[];
  doubleData: number[];
  uint64Data: number[];
  rawData: Uint8Array;
  dataLocation: number;
  externalData: { key: string; value: string }[];
}

/** ONNX knows no limit; no model comes near. */
const RANK_LIMIT = 16;

const TYPE_NAMES = new Map<number, ElementType>(
  (Object.entries(DATA_TYPES) as [ElementType, number][]).map(([name, number]) => [number, name]),
);

export function elementType(number: number): ElementType | undefined {
  return TYPE_NAMES.get(number);
}

/**
 * A tensor of an ONNX file, from whichever field its values are stored in. Throws an Error that says what is wrong
 * with it: an unknown element type, sizes that do not fit the values, a place outside the model's folder.
 */
export function readTensor(tensor: TensorMessage): Initializer {
  const type = elementType(tensor.dataType);
  if (!type) throw new Error(l10n`element type ${tensor.dataType} is not supported`);
  const shape = tensor.dims;
  if (shape.length > RANK_LIMIT) throw new Error(l10n`it has ${shape.length} axes`);
  const length = byteLength(type, shape);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || !Number.isSafeInteger(length)) {
    throw new Error(l10n`its sizes [${shape.join(', ')}] are impossible`);
  }
  if (tensor.dataLocation === EXTERNAL) return { type, shape, data: externalData(tensor, length) };
  const bytes = tensor.rawData.length > 0 || length === 0 ? tensor.rawData : typedBytes(tensor, type);
  if (bytes.length !== length) {
    throw new Error(
      l10n`it has ${bytes.length} bytes where its sizes [${shape.join(', ')}] ask for ${length}`,
    );
  }
  return { type, shape, data: { kind: 'inline', bytes } };
}

function externalData({ externalData }: TensorMessage, length: number): Initializer['data'] {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const file = entries.get('location') ?? '';
  const offset = Number(entries.get('offset') ?? 0);
  const stored = Number(entries.get('length') ?? length);
  // Beside the model, or in a folder below it.
  if (file === '' || /^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(file)) {
    throw new Error(l10n`its values are said to be in "${file}", which is not in the model's folder`);
  }
  if (!Number.isSafeInteger(offset) || offset < 0 || stored !== length) {
    throw new Error(
      l10n`its place in ${file} (${stored} bytes from ${offset}) does not fit its ${length} bytes`,
    );
  }
  return { kind: 'external', file, offset, length };
}

/** Values of the typed fields as little-endian bytes. */
function typedBytes(tensor: TensorMessage, type: ElementType): Uint8Array {
  switch (type) {
    case 'float32':
      return bytesOf(Float32Array.from(tensor.floatData));
    case 'float64':
      return bytesOf(Float64Array.from(tensor.doubleData));
    case 'int64':
      return bytesOf(BigInt64Array.from(tensor.int64Data, (value) => BigInt(value)));
    case 'uint64':
      return bytesOf(BigUint64Array.from(tensor.uint64Data, (value) => BigInt(value)));
    case 'uint32':
      return bytesOf(Uint32Array.from(tensor.uint64Data));
    case 'int32':
      return bytesOf(Int32Array.from(tensor.int32Data));
    case 'int16':
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return bytesOf(Uint16Array.from(tensor.int32Data));
    default:
      return Uint8Array.from(tensor.int32Data);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
