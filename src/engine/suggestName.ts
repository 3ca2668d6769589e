import { l10n } from '../protocol/l10n';

/** The name among `known` that a mistyped one was most likely meant to be, if there is one close enough. */
export function suggestName(mistyped: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  // Two slips in a word of six letters, say; at least one.
  let bestDistance = Math.max(1, Math.floor(mistyped.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(mistyped.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** `Did you mean "label"?`, or else what there is. */
export function didYouMean(mistyped: string, known: readonly string[]): string | undefined {
  const name = suggestName(mistyped, known);
  if (name !== undefined) return l10n`Did you mean "${name}"?`;
  return known.length > 0 && known.length <= 20 ? l10n`There is: ${known.join(', ')}.` : undefined;
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(replace, rows[i - 1]![j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) distance = Math.min(distance, rows[i - 2]![j - 2]! + 1);
      row.push(distance);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
