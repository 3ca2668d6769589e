import type { ModelKind } from '../../protocol/models';
import type { ChatDescription } from './tokenizers/chatDescription';

/** Text to token ids and back, as the base model was trained with. */
export interface Tokenizer {
  /** Of the model that it belongs to: says where in a row an answer stands. A decoder, unless told. */
  readonly kind?: ModelKind;
  readonly vocabularySize: number;
  /** Written at the end of a text target, and where generation stops. */
  readonly endOfText: number;
  /** Put before every text, as the model was trained: [begin-of-text], [[CLS]], <s>, or nothing. */
  readonly before: readonly number[];
  /** Put after every text: [SEP], </s>, or nothing. Always nothing for decoders: their text is to be continued. */
  readonly after: readonly number[];
  /** What a masked language model fills in; `{mask}` in a template stands for it. */
  readonly mask?: number;
  /** Fills rows up to the length of others. */
  readonly pad?: number;
  /** What an encoder-decoder's answer begins with, before its first token. */
  readonly answerStart?: readonly number[];
  /** How the model was taught to see a conversation, where the files say it. */
  readonly chat?: ChatDescription;
  /** No special tokens are added. Those that the text names are found in it, shielded ones are not. */
  encode(text: string): number[];
  /** For answers, where what is written has another vocabulary than what is read: translation into another language. */
  encodeAnswer?(text: string): number[];
  /** The same text with shields in what `encode` would take for special tokens: what a user wrote stays text. */
  shield?(text: string): string;
  /** Special tokens are left out. */
  decode(ids: readonly number[]): string;
  /** One token as people read it: byte-level marks and word-start marks turned back into spaces and letters. */
  word(id: number): string;
}

/** What the model is to write, as token ids: most tokenizers encode it as what it reads. */
export function encodeAnswer(tokenizer: Tokenizer, text: string): number[] {
  return tokenizer.encodeAnswer ? tokenizer.encodeAnswer(text) : tokenizer.encode(text);
}
