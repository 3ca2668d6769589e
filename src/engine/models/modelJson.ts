import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { JSON_LIMITS, parseBoundedJson } from '../boundedJson';

/** Reads a JSON file of a model folder. Where it is absent: `otherwise`, or an error that names it. */
export async function readJson(path: string, otherwise?: unknown): Promise<unknown> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > JSON_LIMITS.bytes)
      throw invalidJson(path, l10n`it has ${size} bytes, more than ${JSON_LIMITS.bytes}`);
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof SoftpromptError) throw cause;
    if (otherwise !== undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw new SoftpromptError('model-missing', l10n`The model folder has no ${basename(path)}.`, {
      place: { file: path },
      hint: l10n`A model folder holds config.json, tokenizer.json and model.safetensors.`,
      cause,
    });
  }
  return parseJson(text, path);
}

/** The value of a JSON text; throws an error that names the file where it has none, or asks for too much. */
export function parseJson(text: string, path: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch (cause) {
    throw invalidJson(path, (cause as Error).message);
  }
}

export function invalidJson(path: string, problem: string): SoftpromptError {
  return new SoftpromptError('model-invalid', l10n`${basename(path)} is not what it should be: ${problem}`, {
    place: { file: path },
    hint: l10n`Download the file again.`,
  });
}
