import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';

/** What can be done where an export is not what is looked for. */
export const whichToExport = (): string =>
  l10n`Export the language model itself, with input_ids as an input, as optimum and torch.onnx do.`;
export const takeOriginal = (): string =>
  l10n`Use the model's original files: a Hugging Face folder or GGUF.`;

export function unsupported(message: string, node?: string, hint?: string, cause?: unknown): SoftpromptError {
  return new SoftpromptError('model-unsupported', l10n`This ONNX model cannot be tuned: ${message}`, {
    place: { node },
    hint,
    cause,
  });
}
