import type { AddedToken } from '../tokenizers/addedTokens';

/** The tokens of a GGUF file by id. */
export interface GgufVocabulary {
  tokens: readonly string[];
  /** Values of `tokenizer.ggml.token_type`; absent in old files. */
  types: readonly number[];
  /** Absent where the kind has none. */
  scores: readonly number[];
}

export const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
export const USER_DEFINED = 4;
export const UNUSED = 5;
export const BYTE = 6;

/** Markers and users' own tokens: found in a text as they stand, before anything else. */
export function ggufAddedTokens({ tokens, types }: GgufVocabulary): AddedToken[] {
  const added: AddedToken[] = [];
  for (const [id, content] of tokens.entries()) {
    const special = types[id] === CONTROL || types[id] === UNKNOWN;
    if (content === '' || !(special || types[id] === USER_DEFINED)) continue;
    added.push({ id, content, special, normalized: false });
  }
  return added;
}

/** Ids by token, of the types that are asked for; of all without. */
export function idsByToken(
  { tokens, types }: GgufVocabulary,
  wanted?: readonly number[],
): Map<string, number> {
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    if (!wanted || wanted.includes(types[id] ?? NORMAL)) ids.set(token, id);
  }
  return ids;
}
