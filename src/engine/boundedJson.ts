import { l10n } from '../protocol/l10n';
/** What a JSON text of unknown origin may ask for: its values cost far more memory than their letters. */
export const JSON_LIMITS = {
  bytes: 2 ** 28,
  depth: 64,
  containers: 2 ** 22,
  values: 2 ** 24,
} as const;

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

/** Parses a JSON text after its size is known to be sensible. Throws SyntaxError with the offset. */
export function parseBoundedJson(text: string): unknown {
  if (text.length > JSON_LIMITS.bytes) {
    throw new SyntaxError(l10n`it is longer than ${JSON_LIMITS.bytes} characters`);
  }
  let depth = 0;
  let containers = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++) {
        if (text.charCodeAt(at) === BACKSLASH) at++;
      }
    } else if (unit === 0x5b || unit === 0x7b) {
      depth++;
      containers++;
      if (depth > JSON_LIMITS.depth)
        throw new SyntaxError(l10n`it has more than ${JSON_LIMITS.depth} levels (character ${at})`);
      if (containers > JSON_LIMITS.containers)
        throw new SyntaxError(
          l10n`it has more than ${JSON_LIMITS.containers} lists and objects (character ${at})`,
        );
    } else if (unit === 0x5d || unit === 0x7d) {
      depth--;
    } else if (unit === COMMA && ++values > JSON_LIMITS.values) {
      throw new SyntaxError(l10n`it has more than ${JSON_LIMITS.values} values (character ${at})`);
    }
  }
  return JSON.parse(text);
}
