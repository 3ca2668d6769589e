import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import type { Checkpoint, ModelConfig, TensorEntry } from './checkpoint';
import { hashSamples } from './fingerprint';
import { cutShort, type GgufTensor, readGgufHeader } from './gguf';
import { ggufLlamaConfig, huggingFaceName, rowOrder } from './ggufLlama';
import { tokenizerFromGguf } from './ggufTokenizer';
import { checkLlamaTensors } from './llamaTensors';
import { ELEMENT_TYPES, elementTypeName } from './quantisation';

/** Quantised values are read and turned into float32 in pieces of about this size, so that no tensor is held twice. */
const PIECE_BYTES = 4 * 2 ** 20;

/** Opens a GGUF file of the Llama family. The header is read and checked; tensors are read when asked for. */
export async function openGguf(file: string): Promise<Checkpoint> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const header = await readGgufHeader(handle, size, file);
    const config = ggufLlamaConfig(header, file);
    const tensors = new Map<string, TensorEntry>();
    let parameters = 0;
    for (const stored of header.tensors) {
      const entry = ggufTensor(handle, size, stored, config, file);
      if (tensors.has(entry.name)) {
        throw new SoftpromptError('model-invalid', `The GGUF file has the tensor ${entry.name} twice.`, {
          place: { file, node: entry.name },
        });
      }
      tensors.set(entry.name, entry);
      parameters += stored.shape.reduce((product, length) => product * length, 1);
    }
    checkLlamaTensors(file, config, tensors);
    const hash = createHash('sha256');
    await hashSamples(hash, handle, header.dataStart);
    return {
      path: file,
      format: 'gguf',
      name: basename(file).replace(/\.gguf$/i, ''),
      fingerprint: hash.digest('hex'),
      config,
      parameters,
      tensors,
      tokenizer: async () => tokenizerFromGguf(header.metadata, file),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function ggufTensor(
  handle: FileHandle,
  size: number,
  stored: GgufTensor,
  config: ModelConfig,
  file: string,
): TensorEntry {
  const name = huggingFaceName(stored.name);
  const type = ELEMENT_TYPES[stored.type];
  if (!type) {
    throw new SoftpromptError(
      'model-unsupported',
      `The tensor ${stored.name} is stored as ${elementTypeName(stored.type)}, which Softprompt does not read yet.`,
      {
        place: { file, node: stored.name },
        hint: `It reads ${Object.values(ELEMENT_TYPES)
          .map((known) => known.name)
          .join(', ')}: take the model in one of these types.`,
      },
    );
  }
  const columns = stored.shape.at(-1) ?? 1;
  const rows = stored.shape.slice(0, -1).reduce((product, length) => product * length, 1);
  if (columns % type.valuesPerBlock !== 0) {
    throw new SoftpromptError(
      'model-invalid',
      `The tensor ${stored.name} has rows of ${columns} values, but ${type.name} stores blocks of ${type.valuesPerBlock}.`,
      { place: { file, node: stored.name } },
    );
  }
  const rowBytes = (columns / type.valuesPerBlock) * type.bytesPerBlock;
  const end = stored.start + rows * rowBytes;
  if (end > size) throw cutShort(file, size, `but the tensor ${stored.name} ends at byte ${end}`);

  const destination = rowOrder(name, config);
  const read = async () => {
    const values = new Float32Array(rows * columns);
    const rowsPerPiece = Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
    const piece = new Uint8Array(Math.min(rows, rowsPerPiece) * rowBytes);
    for (let first = 0; first < rows; first += rowsPerPiece) {
      const count = Math.min(rowsPerPiece, rows - first);
      const bytes = piece.subarray(0, count * rowBytes);
      await readExactly(handle, bytes, stored.start + first * rowBytes, file);
      if (!destination) {
        type.dequantise(bytes, values.subarray(first * columns, (first + count) * columns));
        continue;
      }
      for (let row = 0; row < count; row++) {
        const to = destination(first + row) * columns;
        type.dequantise(
          bytes.subarray(row * rowBytes, (row + 1) * rowBytes),
          values.subarray(to, to + columns),
        );
      }
    }
    return values;
  };
  return { name, shape: stored.shape, read };
}

async function readExactly(handle: FileHandle, bytes: Uint8Array, from: number, file: string): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) throw cutShort(file, from + done, `and was changed while it was read`);
    done += bytesRead;
  }
}
