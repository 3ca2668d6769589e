import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { Checkpoint } from '../checkpoint';
import { familyOfGguf } from '../families/families';
import { hashSamples } from '../fingerprint';
import { refusalError, refusalOfGguf } from '../refusals';
import { countParameters, type FileTensor, gatherWeights } from '../weights';
import { cutShort, type GgufTensor } from './header';
import { type GgufPart, openGgufParts } from './parts';
import { ELEMENT_TYPES, elementTypeName } from './quantisation';
import { tokenizerFromGguf } from './tokenizer';

/** Quantised values are read and turned into float32 in pieces of about this size, so that no tensor is held twice. */
const PIECE_BYTES = 4 * 2 ** 20;

/** More than half the size of any head. */
const MAX_FACTORS = 2 ** 12;

/** Opens a GGUF file, or all parts of a split one. Headers are read and checked; tensors are read when asked for. */
export async function openGguf(file: string): Promise<Checkpoint> {
  const { metadata, tensors: stored, parts, close } = await openGgufParts(file);
  try {
    const refusal = refusalOfGguf(metadata);
    if (refusal) throw refusalError(file, refusal);
    const tensors = new Map<string, FileTensor>();
    for (const tensor of stored) {
      if (tensors.has(tensor.name)) {
        throw new SoftpromptError('model-invalid', l10n`The GGUF file has the tensor ${tensor.name} twice.`, {
          place: { file, node: tensor.name },
        });
      }
      tensors.set(tensor.name, ggufTensor(tensor.part, tensor));
    }
    const family = familyOfGguf(String(metadata.get('general.architecture') ?? 'unknown'), file);
    const small = await readSmall(tensors);
    const architecture = family.fromGguf!(metadata, {
      file,
      shapeOf: (name) => tensors.get(name)?.shape,
      values: (name) => small.get(name),
    });
    const { model } = architecture;
    const weights = gatherWeights(architecture, tensors, file);
    const hash = createHash('sha256');
    for (const { handle, header } of parts) await hashSamples(hash, handle, header.dataStart);
    return {
      path: file,
      format: 'gguf',
      name: basename(file).replace(/\.gguf$/i, ''),
      fingerprint: hash.digest('hex'),
      config: model.config,
      parameters: countParameters(weights),
      model,
      weights,
      tokenizer: async () => tokenizerFromGguf(metadata, file, model.config.kind),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Tensors that belong to the settings: factors of rotary frequencies, one for each pair of a head's values. */
async function readSmall(tensors: ReadonlyMap<string, FileTensor>): Promise<Map<string, Float32Array>> {
  const small = new Map<string, Float32Array>();
  for (const [name, tensor] of tensors) {
    const rotary = name.startsWith('rope_') && tensor.shape.length === 1 && tensor.shape[0]! <= MAX_FACTORS;
    if (rotary) small.set(name, await tensor.read());
  }
  return small;
}

function ggufTensor({ file, handle, size }: GgufPart, stored: GgufTensor): FileTensor {
  const type = ELEMENT_TYPES[stored.type];
  if (!type) {
    throw new SoftpromptError(
      'model-unsupported',
      l10n`The tensor ${stored.name} is stored as ${elementTypeName(stored.type)}, which Softprompt does not read yet.`,
      {
        place: { file, node: stored.name },
        hint: l10n`It reads ${Object.values(ELEMENT_TYPES)
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
      l10n`The tensor ${stored.name} has rows of ${columns} values, but ${type.name} stores blocks of ${type.valuesPerBlock}.`,
      { place: { file, node: stored.name } },
    );
  }
  const rowBytes = (columns / type.valuesPerBlock) * type.bytesPerBlock;
  const end = stored.start + rows * rowBytes;
  if (end > size) throw cutShort(file, size, l10n`but the tensor ${stored.name} ends at byte ${end}`);

  const read = async () => {
    const values = new Float32Array(rows * columns);
    const rowsPerPiece = Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
    const piece = new Uint8Array(Math.min(rows, rowsPerPiece) * rowBytes);
    for (let first = 0; first < rows; first += rowsPerPiece) {
      const count = Math.min(rowsPerPiece, rows - first);
      const bytes = piece.subarray(0, count * rowBytes);
      await readExactly(handle, bytes, stored.start + first * rowBytes, file);
      type.dequantise(bytes, values.subarray(first * columns, (first + count) * columns));
    }
    return values;
  };
  return { shape: stored.shape, read };
}

async function readExactly(handle: FileHandle, bytes: Uint8Array, from: number, file: string): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) throw cutShort(file, from + done, l10n`and was changed while it was read`);
    done += bytesRead;
  }
}
