import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { ModelKind } from '../../protocol/models';
import type { ResolvedTask } from '../../protocol/taskFile';
import { hasCache, type LanguageModel } from '../models/languageModel';

/**
 * Virtual tokens behind the text want a model that reads from left to right and keeps what it has read.
 *
 * @throws SoftpromptError `task-invalid`
 */
export function refusePlacement(
  { method, file }: Pick<ResolvedTask, 'method' | 'file'>,
  kind: ModelKind = 'decoder',
  model?: Pick<LanguageModel, 'stage'>,
): void {
  if (method.placement === 'before') return;
  if (kind === 'decoder' && (!model || hasCache(model))) return;
  const message =
    kind === 'decoder'
      ? l10n`The virtual tokens cannot stand behind the text with this model: its ONNX file has no cache of keys and values.`
      : l10n`The virtual tokens cannot stand behind the text with this model: it reads in both directions.`;
  throw new SoftpromptError('task-invalid', message, {
    place: { file },
    hint: l10n`Set "placement" to "before", or take a decoder (SmolLM2, Qwen, Llama, …) as a Hugging Face folder or GGUF file.`,
  });
}
