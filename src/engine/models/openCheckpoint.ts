import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Checkpoint } from './checkpoint';
import { openGguf } from './gguf/openGguf';
import { findOnnxFile, openOnnx } from './onnx/openOnnx';
import { openSafetensorsFolder } from './safetensorsFolder';
import type { Tokenizer } from './tokenizer';

/**
 * Opens a model: a GGUF file, an ONNX file, or a folder with config.json, tokenizer.json and safetensors or ONNX files. Nothing
 * but headers is read. Throws SoftpromptError: `model-missing`, `model-invalid` (damaged or contradictory),
 * `model-unsupported`.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const found = await stat(path).catch(() => null);
  if (!found) {
    throw new SoftpromptError('model-missing', l10n`There is no model here.`, {
      place: { file: path },
      hint: l10n`Name a .gguf file, an .onnx file, or a folder with config.json and model.safetensors.`,
    });
  }
  const checkpoint = await open(path, found.isDirectory());
  let tokenizer: Promise<Tokenizer> | undefined;
  const read = async () => withAnswerStart(await checkpoint.tokenizer(), checkpoint);
  return {
    ...checkpoint,
    tokenizer: () => {
      tokenizer ??= read();
      return tokenizer;
    },
  };
}

/** What an encoder-decoder writes begins with its own start, then as every text does. */
function withAnswerStart(tokenizer: Tokenizer, { config: { decoderStart } }: Checkpoint): Tokenizer {
  if (decoderStart === undefined) return tokenizer;
  return { ...tokenizer, answerStart: [decoderStart, ...tokenizer.before] };
}

async function open(path: string, isFolder: boolean): Promise<Checkpoint> {
  // Some programs keep GGUF files under names of their own, without extension.
  if (!isFolder) return /\.onnx$/i.test(path) ? openOnnx(path) : openGguf(path);
  if (await hasSafetensors(path)) return openSafetensorsFolder(path);
  const onnx = await findOnnxFile(path);
  return onnx ? openOnnx(onnx) : openSafetensorsFolder(path);
}

async function hasSafetensors(folder: string): Promise<boolean> {
  const names = ['model.safetensors', 'model.safetensors.index.json'];
  const found = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)));
  return found.some((file) => file !== null);
}
