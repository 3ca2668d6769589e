import { Random } from '../random';

export interface Split {
  train: number[];
  validation: number[];
  test: number[];
}

/** What the split must know of a row: its class ('' for free text), and what rows with the same text share. */
export interface SplitRow {
  stratum: string;
  key: number;
}

/**
 * Splits rows by seed, so that every class has its part in each (largest remainder: at most one row off), no text is on
 * two sides (rows with the same key go together; one that does not fit stays in training), and every class keeps a row
 * to learn from. Returns row indices in ascending order.
 */
export function splitRows(
  rows: readonly SplitRow[],
  fractions: { validation: number; test: number },
  seed: number,
): Split {
  const strata = groupByStratum(rows);
  const sizes = strata.map((groups) => groups.reduce((sum, group) => sum + group.length, 0));
  const testQuotas = largestRemainder(sizes, Math.round(rows.length * fractions.test));
  const validationQuotas = largestRemainder(sizes, Math.round(rows.length * fractions.validation));
  const split: Split = { train: [], validation: [], test: [] };
  const random = Random.seeded(seed);
  for (const [i, groups] of strata.entries()) {
    const test = Math.min(testQuotas[i]!, sizes[i]! - 1);
    const validation = Math.min(validationQuotas[i]!, sizes[i]! - 1 - test);
    const room = { test, validation };
    for (const group of random.shuffle(groups)) {
      const side =
        group.length <= room.test ? 'test' : group.length <= room.validation ? 'validation' : undefined;
      if (side) room[side] -= group.length;
      const rows = split[side ?? 'train'];
      for (const row of group) rows.push(row);
    }
  }
  for (const side of [split.train, split.validation, split.test]) side.sort((a, b) => a - b);
  return split;
}

/** `count` row indices, drawn by seed, every class with its part; ascending. All rows if there are no more than that. */
export function sampleRows(strata: readonly string[], count: number, seed: number): number[] {
  if (strata.length <= count) return [...strata.keys()];
  const groups = groupByStratum(strata.map((stratum, key) => ({ stratum, key })));
  const quotas = largestRemainder(
    groups.map((group) => group.length),
    count,
  );
  const random = Random.seeded(seed);
  return groups.flatMap((group, i) => random.shuffle(group.flat()).slice(0, quotas[i])).sort((a, b) => a - b);
}

/** Per class, in order of its name: groups of rows with the same key. A group belongs to its first row's class. */
function groupByStratum(rows: readonly SplitRow[]): number[][][] {
  const groups = new Map<number, number[]>();
  const strata = new Map<string, number[][]>();
  for (const [index, { stratum, key }] of rows.entries()) {
    const group = groups.get(key);
    if (group) {
      group.push(index);
      continue;
    }
    const started = [index];
    groups.set(key, started);
    const stratumGroups = strata.get(stratum);
    if (stratumGroups) stratumGroups.push(started);
    else strata.set(stratum, [started]);
  }
  return [...strata.keys()].sort().map((stratum) => strata.get(stratum)!);
}

/** Shares `total` out in proportion to `sizes`: whole parts first, what is left to the largest remainders. */
function largestRemainder(sizes: readonly number[], total: number): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const exact = sizes.map((size) => (sum === 0 ? 0 : (size * total) / sum));
  const quotas = exact.map(Math.floor);
  const rest = total - quotas.reduce((a, b) => a + b, 0);
  const byRemainder = [...sizes.keys()].sort(
    (a, b) => exact[b]! - quotas[b]! - (exact[a]! - quotas[a]!) || a - b,
  );
  for (const i of byRemainder.slice(0, Math.max(rest, 0))) quotas[i]! += 1;
  return quotas;
}
