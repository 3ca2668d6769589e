import type { ColumnSummary } from '../../protocol/dataset';

/** More distinct values than this are no classes, however often they repeat. */
const MAX_CLASSES = 200;
/** Classes are short: labels, not sentences. Characters. */
const MAX_CLASS_LENGTH = 100;
const MAX_MEAN_CLASS_LENGTH = 40;
/** A number with more distinct values than this is a quantity, not the code of a class. */
const MAX_NUMBER_CLASSES = 20;

const EXAMPLES = 3;
const EXAMPLE_LENGTH = 200;
const NUMBER = /^[+-]?(\d+([.,]\d+)?|\.\d+)(e[+-]?\d+)?$/i;

/** What a column holds. Spaces around a value do not count. */
export function summariseColumn(name: string, cells: readonly string[]): ColumnSummary {
  const counts = new Map<string, number>();
  let missing = 0;
  let length = 0;
  let longest = 0;
  let numbers = 0;
  for (const cell of cells) {
    const value = cell.trim();
    if (value === '') {
      missing += 1;
      continue;
    }
    counts.set(value, (counts.get(value) ?? 0) + 1);
    length += value.length;
    if (value.length > longest) longest = value.length;
    if (NUMBER.test(value)) numbers += 1;
  }
  const present = cells.length - missing;
  const distinct = counts.size;
  const meanLength = present === 0 ? 0 : length / present;
  const isNumber = present > 0 && numbers === present;
  // Every value twice on average; in a tiny dataset it is enough that one repeats.
  const repeats = distinct <= Math.max(present / 2, Math.min(present - 1, 6));
  const isClass =
    repeats &&
    distinct <= (isNumber ? MAX_NUMBER_CLASSES : MAX_CLASSES) &&
    longest <= MAX_CLASS_LENGTH &&
    meanLength <= MAX_MEAN_CLASS_LENGTH;
  const examples: string[] = [];
  for (const value of counts.keys()) {
    if (examples.length === EXAMPLES) break;
    examples.push(value.length > EXAMPLE_LENGTH ? `${value.slice(0, EXAMPLE_LENGTH)}…` : value);
  }
  return {
    name,
    kind: present === 0 ? 'empty' : isClass ? 'class' : isNumber ? 'number' : 'text',
    distinct,
    missing,
    meanLength,
    ...(present > 0 && isClass && { classes: byFrequency(counts) }),
    examples,
  };
}

function byFrequency(counts: ReadonlyMap<string, number>): { value: string; count: number }[] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
