import { l10n } from '../../../protocol/l10n';
/** A tokenizer description with something wrong or unknown in it. The reader of the file says where. */
export class DescriptionError extends Error {
  constructor(
    message: string,
    /** The description is sound as far as is known, but uses what is not read here. */
    readonly unsupported = false,
  ) {
    super(message);
  }
}

export function notRead(kind: string, type: unknown): DescriptionError {
  return new DescriptionError(l10n`it has a ${kind} of the type ${String(type)}, which is not read`, true);
}
