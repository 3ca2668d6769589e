import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { byteTokens } from './byteFallback';
import { DescriptionError } from './descriptionError';
import { prefixTree, type TreeNode } from './prefixTree';
import type { WordModel } from './wordModel';

const UNKNOWN_PENALTY = 10;

const settingsSchema = z.object({
  unk_id: z.int().min(0).nullish(),
  byte_fallback: z.boolean().nullish(),
});

export interface Pieces {
  /** Log-probability by id. */
  scores: readonly number[];
  vocabulary: ReadonlyMap<string, number>;
  unknown?: number;
  /** Unknown text as the tokens of its bytes, where there are such tokens. */
  spell?: (text: string) => number[] | undefined;
  /** Sums are rounded to float32, as SentencePiece's own are: it decides between cuts of the same score. */
  float32?: boolean;
}

/** SentencePiece's unigram model as tokenizer.json describes it. */
export function unigramModel(
  model: object,
  vocabulary: ReadonlyMap<string, number>,
  scores: readonly number[],
): WordModel {
  const settings = settingsSchema.parse(model);
  const unknown = settings.unk_id ?? undefined;
  if (unknown !== undefined && unknown >= scores.length) {
    throw new DescriptionError(l10n`its unk_id ${unknown} is no token of ${scores.length}`);
  }
  const spell = settings.byte_fallback ? byteTokens(vocabulary) : undefined;
  return unigrams({ scores, vocabulary, unknown, spell });
}

/**
 * The cut into pieces whose scores sum to the most (Viterbi). A character that is no piece is unknown; unknown
 * neighbours become one token, or their bytes.
 */
export function unigrams({ scores, vocabulary, unknown, spell, float32 }: Pieces): WordModel {
  const trie = prefixTree(vocabulary);
  let least = Number.POSITIVE_INFINITY;
  for (const id of vocabulary.values()) least = Math.min(least, scores[id]!);
  const rounded = float32 ? Math.fround : (score: number) => score;
  const unknownScore = rounded(least - UNKNOWN_PENALTY);

  return (word) => {
    const size = word.length;
    const best = new Float64Array(size + 1);
    const startOf = new Int32Array(size + 1).fill(-1);
    const pieceAt = new Int32Array(size + 1);
    const offer = (start: number, end: number, score: number, id: number) => {
      const total = rounded(best[start]! + score);
      if (startOf[end]! >= 0 && total <= best[end]!) return;
      best[end] = total;
      startOf[end] = start;
      pieceAt[end] = id;
    };
    for (let start = 0, width = 1; start < size; start += width) {
      width = word.codePointAt(start)! > 0xffff ? 2 : 1;
      let node: TreeNode | undefined = trie;
      let single = false;
      for (let end = start; end < size; ) {
        node = node.children?.get(word.charCodeAt(end++));
        if (!node) break;
        if (node.id === undefined) continue;
        offer(start, end, scores[node.id]!, node.id);
        single ||= end === start + width;
      }
      if (!single) offer(start, start + width, unknownScore, UNKNOWN);
    }
    const ids: number[][] = [];
    for (let end = size; end > 0; ) {
      let start = startOf[end]!;
      const id = pieceAt[end]!;
      if (id === UNKNOWN || id === unknown) {
        while (start > 0 && (pieceAt[start] === UNKNOWN || pieceAt[start] === unknown))
          start = startOf[start]!;
        const text = word.slice(start, end);
        const whole = vocabulary.get(text);
        ids.push(whole !== undefined ? [whole] : (spell?.(text) ?? (unknown === undefined ? [] : [unknown])));
      } else {
        ids.push([id]);
      }
      end = start;
    }
    return ids.reverse().flat();
  };
}

/** Marks a piece that is no token, in the table of the best cut. */
const UNKNOWN = -1;
