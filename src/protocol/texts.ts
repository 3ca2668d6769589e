// How free text is judged: the engine scores with it, and pages compare runs row by row with it.

/** Equal, white space aside. */
export function sameText(one: string, other: string): boolean {
  return normaliseSpace(one) === normaliseSpace(other);
}

/**
 * F1 of the words (a multiset; case and punctuation aside) of a written text against the expected one, as SQuAD
 * scores answers, but with articles kept: they are only noise in English.
 */
export function wordF1(expected: string, predicted: string): number {
  const wanted = words(expected);
  const given = words(predicted);
  if (wanted.length === 0 || given.length === 0) {
    return wanted.length === given.length && sameText(expected, predicted) ? 1 : 0;
  }
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of given) {
    const remaining = left.get(word) ?? 0;
    if (remaining > 0) shared += 1;
    left.set(word, remaining - 1);
  }
  return (2 * shared) / (wanted.length + given.length);
}

const normaliseSpace = (text: string): string => text.trim().replace(/\s+/gu, ' ');
const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
