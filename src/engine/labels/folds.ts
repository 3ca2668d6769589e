import { Random } from '../random';

/**
 * Parts rows into folds of nearly the same size, by seed, every class spread over all. Rows with the same key (the same text)
 * stay together: a text that was learned would only be remembered. Returns the indices of each fold.
 */
export function foldRows(
  rows: readonly { stratum: string; key: number }[],
  folds: number,
  seed: number,
): number[][] {
  const groups = new Map<number, number[]>();
  rows.forEach(({ key }, index) => {
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  });
  const strata = new Map<string, number[][]>();
  for (const group of groups.values()) {
    const { stratum } = rows[group[0]!]!;
    const same = strata.get(stratum);
    if (same) same.push(group);
    else strata.set(stratum, [group]);
  }
  const random = Random.seeded(seed);
  const parts: number[][] = Array.from({ length: folds }, () => []);
  let next = 0;
  for (const stratum of [...strata.keys()].sort()) {
    // Dealt out like cards, on from where the last class ended.
    for (const group of random.shuffle(strata.get(stratum)!)) {
      const part = parts[next++ % folds]!;
      for (const index of group) part.push(index);
    }
  }
  return parts.map((part) => part.sort((a, b) => a - b));
}
