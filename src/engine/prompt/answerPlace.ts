import type { ModelKind } from '../../protocol/models';
import type { Tokenizer } from '../models/tokenizer';
import type { TokenRow } from './tokenRow';

/** A row with the beginning of an answer, as the model takes it. */
export interface AnsweredRow {
  row: TokenRow;
  /** Where the answer's first token is foretold; each further token one place on. */
  position: number;
}

/**
 * Puts an answer, or all of it but its last token, where a model continues a row. `branches`: alternatives among the answer's
 * tokens, see TokenRow.
 */
export type AnswerPlace = (row: Int32Array, answer?: Int32Array, branches?: Int32Array) => AnsweredRow;

/** What a place depends on. */
type Reading = Pick<Tokenizer, 'kind' | 'mask' | 'answerStart'>;

/** Behind the row: the state of a token foretells the next one. */
const behind: AnswerPlace = (row, answer, branches) => {
  const position = row.length - 1;
  if (!answer || answer.length === 0) return { row: { tokens: row }, position };
  const tokens = joined(row, answer);
  const all = branches && joined(new Int32Array(row.length), branches);
  return { row: all ? { tokens, branches: all } : { tokens }, position };
};

/** In the place of the mask, of which a row has one: what the model fills in there is one token. */
const atMask =
  ({ mask }: Reading): AnswerPlace =>
  (row) => ({ row: { tokens: row }, position: row.indexOf(mask ?? -1) });

/** Nowhere in particular: the model pools the row's states to one. */
const pooled: AnswerPlace = (row) => ({ row: { tokens: row }, position: 0 });

/** In what the decoder writes, behind its start; the row is what the encoder reads. */
const written =
  ({ answerStart = [] }: Reading): AnswerPlace =>
  (row, answer = new Int32Array(0), branches) => {
    const start = Int32Array.from(answerStart);
    const all = branches && joined(new Int32Array(start.length), branches);
    return {
      row: { tokens: row, answer: joined(start, answer), ...(all && { branches: all }) },
      position: start.length - 1,
    };
  };

/** The one table of where a row's answer stands. */
const PLACES: Readonly<Record<ModelKind, (reading: Reading) => AnswerPlace>> = {
  decoder: () => behind,
  masked: atMask,
  encoder: () => pooled,
  'encoder-decoder': written,
};

export function answerPlace(tokenizer: Reading): AnswerPlace {
  return PLACES[tokenizer.kind ?? 'decoder'](tokenizer);
}

function joined(one: Int32Array, other: Int32Array): Int32Array {
  const both = new Int32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
