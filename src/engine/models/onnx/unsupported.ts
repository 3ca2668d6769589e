import { SoftpromptError } from '../../../protocol/errors';

/** What can be done where an export is not what is looked for. */
export const WHICH =
  'Export the language model itself, with input_ids as an input, as optimum and torch.onnx do.';
export const ORIGINAL = "Use the model's original files: a Hugging Face folder or GGUF.";

export function unsupported(message: string, node?: string, hint?: string, cause?: unknown): SoftpromptError {
  return new SoftpromptError('model-unsupported', `This ONNX model cannot be tuned: ${message}`, {
    place: { node },
    hint,
    cause,
  });
}
