import { stat } from 'node:fs/promises';
import { SoftpromptError } from '../../protocol/errors';
import type { Checkpoint } from './checkpoint';
import { openGguf } from './ggufFile';
import { openSafetensorsFolder } from './safetensorsFolder';

/**
 * Opens a model: a .gguf file, or a folder with config.json, tokenizer.json and safetensors files. Nothing but headers
 * is read. Throws SoftpromptError: `model-missing`, `model-invalid` (damaged or contradictory), `model-unsupported`.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const found = await stat(path).catch(() => null);
  if (!found) {
    throw new SoftpromptError('model-missing', 'There is no model here.', {
      place: { file: path },
      hint: 'Name a .gguf file or a folder with config.json and model.safetensors.',
    });
  }
  return found.isDirectory() ? openSafetensorsFolder(path) : openGguf(path);
}
