import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { encodeAnswer, type Tokenizer } from '../models/tokenizer';
import { unshielded } from '../models/tokenizers/shield';
import { fillHoles, renderAnswer, type Wording } from './wording';

export interface EncodedRow {
  tokens: Int32Array;
  /** Tokens that were cut to fit the limit; 0 when the row fits. */
  cutTokens: number;
  /** What `tokens` stand for, cut as they are. */
  text: string;
  /** What stands in each hole, cut. */
  filled: readonly string[];
}

/**
 * A row's prompt as token ids, between the markers that the model puts around a text: always the tokens of the text as a whole,
 * as the model saw them in its own training, never tokens of pieces put together.
 *
 * What a row holds is text, whatever it says: the markers of a model in it do not mark anything.
 *
 * A row longer than `limit` loses the end of its longest hole, token by token, then of the next longest; the template's
 * own words, and with them the place of the answer, stay.
 *
 * @throws SoftpromptError `task-invalid` if the template's own words do not fit.
 */
export function encodeRow(
  wording: Wording,
  values: Readonly<Record<string, string>>,
  tokenizer: Tokenizer,
  limit: number,
): EncodedRow {
  const { before, after } = wording.marked ? UNMARKED : tokenizer;
  const shield = (text: string) => tokenizer.shield?.(text) ?? text;
  const markers = before.length + after.length;
  const room = limit - markers;
  const holes = fillHoles(wording, values);
  let text = wording.render(holes.map(shield));
  let tokens = tokenizer.encode(text);
  const length = tokens.length;

  if (length > room) {
    const pieces = holes.map((hole) => (hole === '' ? [] : tokenizer.encode(shield(hole))));
    const longestFirst = [...holes.keys()].sort((a, b) => pieces[b]!.length - pieces[a]!.length);
    for (const index of longestFirst) {
      const hole = holes[index]!;
      const withKept = (kept: number) => {
        holes[index] = firstTokens(hole, pieces[index]!, kept, tokenizer);
        text = wording.render(holes.map(shield));
        tokens = tokenizer.encode(text);
        return tokens.length <= room;
      };
      // The most tokens of this hole that fit; with none of it, the next hole has to give way too.
      let fitting = 0;
      let tooMany = Math.min(pieces[index]!.length, room + 1);
      while (tooMany - fitting > 1) {
        const middle = (fitting + tooMany) >> 1;
        if (withKept(middle)) fitting = middle;
        else tooMany = middle;
      }
      if (withKept(fitting)) break;
    }
    if (tokens.length > room) {
      throw new SoftpromptError(
        'task-invalid',
        l10n`The template's own words take ${tokens.length + markers} tokens, the limit is ${limit}.`,
        { hint: l10n`Shorten the template or raise "limit".` },
      );
    }
  }
  return {
    tokens: Int32Array.from([...before, ...tokens, ...after]),
    cutTokens: length - tokens.length,
    text: unshielded(text),
    filled: holes,
  };
}

const UNMARKED = { before: [], after: [] };

/** The text of the first `count` of a text's tokens, in whole characters and without a space at the end. */
function firstTokens(text: string, tokens: readonly number[], count: number, tokenizer: Tokenizer): string {
  if (count === 0) return '';
  // The last token may hold the first bytes of a character only.
  const decoded = tokenizer.decode(tokens.slice(0, count)).replace(/\ufffd+$/, '');
  if (text.startsWith(decoded)) return decoded.trimEnd();
  // A vocabulary that does not give back the text as it was: the same part of its characters.
  const characters = [...text];
  return characters
    .slice(0, Math.floor((characters.length * count) / tokens.length))
    .join('')
    .trimEnd();
}

/**
 * A free-text target as token ids: what the model is to write after the prompt. What ends an answer comes last, except where the
 * target was cut at `maxTokens`: a cut is not an end.
 */
export function encodeTarget(
  wording: Wording,
  target: string,
  tokenizer: Tokenizer,
  maxTokens: number,
): Int32Array {
  const end = wording.endOfAnswer ?? tokenizer.endOfText;
  const tokens = [...encodeAnswer(tokenizer, renderAnswer(wording, target)), end];
  return Int32Array.from(tokens.slice(0, maxTokens));
}
