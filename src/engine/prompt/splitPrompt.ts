import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Tokenizer } from '../models/tokenizer';
import { unshielded } from '../models/tokenizers/shield';
import type { RowContext } from './tokenRow';
import type { Wording } from './wording';

/** A row's prompt cut in two where the virtual tokens stand: behind the last hole. */
export interface SplitPrompt {
  before: SplitPart;
  after: SplitPart;
}

export interface SplitPart {
  text: string;
  /** With the markers that the model puts around a text. */
  tokens: Int32Array;
}

/** Tokens that a prompt may take more as two texts than as one. */
export const SPLIT_TOKENS = 2;

/** Stands where the virtual tokens do while a prompt is rendered. Not in any text, and not white space. */
const PLACE = '\ufdd0';

/** @param filled what stands in each hole */
export function splitPrompt(wording: Wording, filled: readonly string[], tokenizer: Tokenizer): SplitPrompt {
  const shielded = filled.map((text) => tokenizer.shield?.(text) ?? text);
  const last = shielded.pop();
  const text = wording.render([...shielded, `${last ?? ''}${PLACE}`]);
  const place = text.lastIndexOf(PLACE);
  if (last === undefined || place < 0) {
    throw new SoftpromptError(
      'task-invalid',
      l10n`The virtual tokens have no place: they would stand behind the last column of the prompt, and it has none.`,
      { hint: l10n`Put a {column} into the template, or set "placement" to "before".` },
    );
  }
  const markers = wording.marked ? { before: [], after: [] } : tokenizer;
  const [before, after] = [text.slice(0, place), text.slice(place + PLACE.length)];
  return {
    before: {
      text: unshielded(before),
      tokens: Int32Array.from([...markers.before, ...tokenizer.encode(before)]),
    },
    after: {
      text: unshielded(after),
      tokens: Int32Array.from([...tokenizer.encode(after), ...markers.after]),
    },
  };
}

/** Two texts that begin differently: what prompts with either in their holes have in common does not depend on a row. */
const PROBES = ['A', '7'];
/** A beginning shorter than this is not worth a pass of its own. */
const LEAST_SHARED = 16;
const NOTHING = new Int32Array(0);

/** Tokens that the prompts of all rows begin with, as far as they are worth computing once; else none. */
export function sharedBeginning(wording: Wording, tokenizer: Tokenizer): Int32Array {
  const [one, other] = PROBES.map((probe) => {
    const filled = wording.holes.map(() => probe);
    return splitPrompt(wording, filled, tokenizer).before.tokens;
  }) as [Int32Array, Int32Array];
  const end = one.findIndex((token, i) => token !== other[i]);
  return end < LEAST_SHARED ? NOTHING : one.slice(0, end);
}

/** A row's context; of what all rows share, the same array for each of them. */
export function contextOf(tokens: Int32Array, shared: Int32Array): RowContext {
  const alike = shared.every((token, i) => token === tokens[i]);
  return alike ? { shared, own: tokens.subarray(shared.length) } : { shared: NOTHING, own: tokens };
}
