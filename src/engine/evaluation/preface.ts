import type { Tokenizer } from '../models/tokenizer';
import type { Conversation, Preface } from '../prompt/chat/conversation';
import type { ReadRow } from './taskReader';

/** A hard prompt before rows, as token ids. */
export interface Beginning {
  /** What all rows begin with: read by the model once. May be empty. */
  shared: readonly number[];
  /** What of a row comes after it. */
  tokens(row: ReadRow): Int32Array;
}

/** Two texts that begin differently: what prompts with either in their holes have in common does not depend on a row. */
const PROBES = ['A', '7'];

/**
 * An instruction and examples as earlier parts of a conversation. What all rows share ends at a special token: text after
 * one is cut into tokens for itself, whatever stood before.
 */
export function prefaceConversation(
  conversation: Conversation,
  tokenizer: Tokenizer,
  { instruction, examples = [] }: Preface,
): Beginning {
  const shield = (text: string) => tokenizer.shield?.(text) ?? text;
  const wording = conversation.withPreface({
    instruction,
    examples: examples.map(({ filled, answer }) => ({ filled: filled.map(shield), answer: shield(answer) })),
  });
  const read = (filled: readonly string[]) => tokenizer.encode(wording.render(filled.map(shield)));
  const [one, other] = PROBES.map((probe) => read(wording.holes.map(() => probe))) as [number[], number[]];
  let common = 0;
  // A token is left for the row in any case: the answer is read out behind it.
  while (common < one.length - 1 && one[common] === other[common]) common += 1;
  const isSpecial = (id: number) => tokenizer.decode([id]) === '';
  while (common > 0 && !isSpecial(one[common - 1]!)) common -= 1;
  return {
    shared: one.slice(0, common),
    tokens: ({ filled }) => Int32Array.from(read(filled)).subarray(common),
  };
}
