import type { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { decodeOnnx, type OnnxModel } from '../../graph/readOnnx';
import { hashSamples } from '../fingerprint';
import { skimOnnx } from './skim';

type Hash = ReturnType<typeof createHash>;

/**
 * Reads a model's graph without its weights, and adds to a hash what tells it and the files beside it from others.
 */
export async function readModel(path: string, hash: Hash): Promise<OnnxModel> {
  const model = decodeOnnx(await readHeader(path, hash), path);
  for (const beside of externalFiles(model.graph)) await hashFile(join(dirname(path), beside), beside, hash);
  return model;
}

async function readHeader(path: string, hash: Hash): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const bytes = await skimOnnx(handle, { path, name: basename(path) });
    hash.update(bytes);
    await hashSamples(hash, handle, 0);
    return bytes;
  } finally {
    await handle.close();
  }
}

async function hashFile(path: string, name: string, hash: Hash): Promise<void> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new SoftpromptError('model-missing', l10n`The model is not complete: ${name} is missing.`, {
      place: { file: dirname(path) },
      hint: l10n`Put the file of weights beside the .onnx file.`,
      cause,
    });
  });
  try {
    hash.update(`${name}\n`);
    await hashSamples(hash, handle, 0);
  } finally {
    await handle.close();
  }
}

function externalFiles({
  initializers,
}: {
  initializers: ReadonlyMap<string, { data: { kind: string; file?: string } }>;
}): string[] {
  const files = [...initializers.values()].flatMap(({ data }) =>
    data.kind === 'external' ? [data.file!] : [],
  );
  return [...new Set(files)].sort();
}
