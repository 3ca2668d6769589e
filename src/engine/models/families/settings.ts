import { basename } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { GgufValue } from '../gguf/header';
import { ACTIVATIONS, type Activation } from '../graphs/blocks';
import { notYetError } from '../refusals';
import type { FileTensors } from './family';

/** A size or a number of things in a model's settings. */
export const count = z
  .int()
  .positive()
  .max(2 ** 24);

/** More layers than any model has would be built until memory ends. */
export const layerCount = count.max(1000);

/** Checks config.json against a family's schema. Throws model-invalid that says what is wrong. */
export function parseSettings<T>(
  schema: z.ZodType<T>,
  json: unknown,
  { file }: Pick<FileTensors, 'file'>,
): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new SoftpromptError(
    'model-invalid',
    l10n`${basename(file)} is not what it should be: ${z.prettifyError(parsed.error)}`,
    { place: { file }, hint: l10n`Download the file again.` },
  );
}

/**
 * Checks GGUF metadata against a family's schema, whose keys lack the architecture's name (`block_count` for
 * `llama.block_count`). Throws model-invalid that says what is wrong.
 */
export function parseGgufSettings<T>(
  schema: z.ZodType<T>,
  metadata: ReadonlyMap<string, GgufValue>,
  { file }: Pick<FileTensors, 'file'>,
): T {
  const prefix = `${metadata.get('general.architecture')}.`;
  const settings: Record<string, GgufValue> = {};
  for (const [key, value] of metadata) {
    if (key.startsWith(prefix)) settings[key.slice(prefix.length)] = value;
  }
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new SoftpromptError(
    'model-invalid',
    l10n`The GGUF file's settings (${prefix}…) are wrong:\n${z.prettifyError(parsed.error)}`,
    { place: { file }, hint: l10n`Convert the model again with a current llama.cpp.` },
  );
}

/** Names a setting that the family's graph does not do. */
export function unsupportedSetting({ file }: Pick<FileTensors, 'file'>, property: string): SoftpromptError {
  return notYetError(file, {
    reason: l10n`it has ${property}`,
    hint: l10n`Take another model of this family, or one of the list in docs/models.md.`,
  });
}

/** Says that settings contradict each other. */
export function contradictorySettings({ file }: Pick<FileTensors, 'file'>, what: string): SoftpromptError {
  return new SoftpromptError('model-invalid', l10n`The model's settings do not fit: ${what}.`, {
    place: { file },
  });
}

/** The size of a head where all heads together are as wide as the hidden states. Throws model-invalid. */
export function headSizeOf(
  hiddenSize: number,
  heads: number,
  tensors: Pick<FileTensors, 'file'>,
  multipleOf = 1,
): number {
  const headSize = hiddenSize / heads;
  if (Number.isInteger(headSize / multipleOf)) return headSize;
  throw contradictorySettings(tensors, l10n`${heads} heads in a hidden size of ${hiddenSize}`);
}

/** An activation by its name in settings. Throws model-unsupported for those that no graph has. */
export function activationNamed(
  name: string,
  { file }: Pick<FileTensors, 'file'>,
  setting: string,
): Activation {
  if (Object.hasOwn(ACTIVATIONS, name)) return name as Activation;
  throw unsupportedSetting({ file }, l10n`the activation ${name} (${setting})`);
}
