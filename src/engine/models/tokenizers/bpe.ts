import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { byteTokens } from './byteFallback';
import { DescriptionError } from './descriptionError';
import type { WordModel } from './wordModel';

/** Which token two neighbours become, and how early: lower ranks first, of equal ranks the leftmost. */
export type Merge = (left: number, right: number) => { id: number; rank: number } | undefined;

/** More than there are tokens: two ids, or a rank and an id, make one exact number. */
const SPAN = 2 ** 22;

const settingsSchema = z.object({
  merges: z.array(z.unknown()),
  unk_token: z.string().nullish(),
  fuse_unk: z.boolean().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
});
interface Rules {
  vocabulary: ReadonlyMap<string, number>;
  merge: Merge;
  /** Stands for characters that are in no token. Without it they are left out. */
  unknown?: number;
  fuseUnknown?: boolean;
  /** Unknown characters as the tokens of their bytes, where there are such tokens. */
  spell?: (text: string) => number[] | undefined;
  /** A word that is in the vocabulary is taken whole, whatever the rules make of it. */
  wholeWordsFirst?: boolean;
  prefix?: string;
  suffix?: string;
}

/** Byte-pair encoding as tokenizer.json describes it. Throws ZodError or DescriptionError. */
export function bytePairsByRules(model: object, vocabulary: ReadonlyMap<string, number>): WordModel {
  const settings = settingsSchema.parse(model);
  const prefix = settings.continuing_subword_prefix ?? '';
  return bytePairs({
    vocabulary,
    merge: mergeTable(settings.merges, vocabulary, prefix.length),
    unknown: unknownToken(settings.unk_token, vocabulary),
    fuseUnknown: settings.fuse_unk ?? false,
    spell: settings.byte_fallback ? byteTokens(vocabulary) : undefined,
    wholeWordsFirst: settings.ignore_merges ?? false,
    prefix,
    suffix: settings.end_of_word_suffix ?? '',
  });
}

function unknownToken(token: string | null | undefined, vocabulary: ReadonlyMap<string, number>) {
  if (token === null || token === undefined) return undefined;
  return vocabulary.get(token);
}

/** Rules in order of rank. `prefix`: how many characters the second token loses when it is merged. */
function mergeTable(
  rules: readonly unknown[],
  vocabulary: ReadonlyMap<string, number>,
  prefix: number,
): Merge {
  const idOf = (token: string, rank: number): number => {
    const id = vocabulary.get(token);
    if (id !== undefined) return id;
    throw new DescriptionError(
      l10n`its merge rule ${rank} speaks of ${JSON.stringify(token)}, which is no token`,
    );
  };
  // Both sides are one number each: half a million small objects would be slow to make.
  const table = new Map<number, number>();
  for (let rank = 0; rank < rules.length; rank++) {
    const [left, right] = pairOf(rules[rank], rank);
    const merged = left + (prefix === 0 ? right : right.slice(prefix));
    table.set(idOf(left, rank) * SPAN + idOf(right, rank), rank * SPAN + idOf(merged, rank));
  }
  return (left, right) => {
    const found = table.get(left * SPAN + right);
    return found === undefined ? undefined : { id: found % SPAN, rank: Math.floor(found / SPAN) };
  };
}

/** A merge rule's two tokens, written as one text or as two. */
function pairOf(rule: unknown, rank: number): [string, string] {
  if (typeof rule === 'string') {
    const space = rule.indexOf(' ');
    if (space >= 0 && rule.indexOf(' ', space + 1) < 0) return [rule.slice(0, space), rule.slice(space + 1)];
  } else if (Array.isArray(rule) && rule.length === 2) {
    const [left, right] = rule;
    if (typeof left === 'string' && typeof right === 'string') return [left, right];
  }
  throw new DescriptionError(l10n`its merge rule ${rank} is not two tokens`);
}

export function bytePairs(rules: Rules): WordModel {
  const { vocabulary, merge, unknown, prefix = '', suffix = '' } = rules;

  const symbols = (word: string): number[] => {
    const ids: number[] = [];
    let lastUnknown = false;
    const characters = Array.from(word);
    for (const [index, character] of characters.entries()) {
      const written = (index > 0 ? prefix : '') + character + (index === characters.length - 1 ? suffix : '');
      const id = vocabulary.get(written);
      const spelt = id === undefined ? rules.spell?.(written) : undefined;
      if (id !== undefined) ids.push(id);
      else if (spelt) ids.push(...spelt);
      else if (unknown !== undefined && !(lastUnknown && rules.fuseUnknown)) ids.push(unknown);
      lastUnknown = id === undefined && !spelt;
    }
    return ids;
  };

  return (word) => {
    const whole = rules.wholeWordsFirst ? vocabulary.get(word) : undefined;
    return whole === undefined ? merged(symbols(word), merge) : [whole];
  };
}

/** Words up to this length are merged by looking at all pairs each time; longer ones with a queue. */
const SHORT = 24;

function merged(ids: number[], merge: Merge): number[] {
  return ids.length <= SHORT ? mergedByScan(ids, merge) : mergedByQueue(ids, merge);
}

function mergedByScan(ids: number[], merge: Merge): number[] {
  const rules = ids.map((id, at) => (at + 1 < ids.length ? merge(id, ids[at + 1]!) : undefined));
  for (;;) {
    let best = -1;
    for (let at = 0; at + 1 < ids.length; at++) {
      const rule = rules[at];
      if (rule && (best < 0 || rule.rank < rules[best]!.rank)) best = at;
    }
    if (best < 0) return ids;
    ids.splice(best, 2, rules[best]!.id);
    rules.splice(best, 1);
    rules[best] = best + 1 < ids.length ? merge(ids[best]!, ids[best + 1]!) : undefined;
    if (best > 0) rules[best - 1] = merge(ids[best - 1]!, ids[best]!);
  }
}

interface Waiting {
  rank: number;
  at: number;
  left: number;
  right: number;
  id: number;
}

function mergedByQueue(ids: number[], merge: Merge): number[] {
  const next = ids.map((_, at) => at + 1);
  const before = ids.map((_, at) => at - 1);
  const gone = new Uint8Array(ids.length);
  const queue: Waiting[] = [];
  const consider = (at: number) => {
    if (at < 0 || next[at]! >= ids.length) return;
    const left = ids[at]!;
    const right = ids[next[at]!]!;
    const rule = merge(left, right);
    if (rule) push(queue, { ...rule, at, left, right });
  };
  for (let at = 0; at < ids.length; at++) consider(at);
  for (let first = pop(queue); first; first = pop(queue)) {
    const { at, left, right, id } = first;
    const second = next[at]!;
    // The pair may have changed since it was put into the queue.
    if (gone[at] || second >= ids.length || ids[at] !== left || ids[second] !== right) continue;
    ids[at] = id;
    gone[second] = 1;
    next[at] = next[second]!;
    if (next[at]! < ids.length) before[next[at]!] = at;
    consider(before[at]!);
    consider(at);
  }
  return ids.filter((_, at) => !gone[at]);
}

const isBefore = (a: Waiting, b: Waiting) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at);

/** A binary heap, the next merge first. */
function push(heap: Waiting[], item: Waiting): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(item, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = item;
}

function pop(heap: Waiting[]): Waiting | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || !last) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
