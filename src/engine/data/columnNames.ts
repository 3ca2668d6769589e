import type { Problem } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';

/** Makes names differ: of two columns of one name the second gets a number that no other column has. */
export function distinctNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>(wanted);
  const given = new Set<string>();
  return wanted.map((name) => {
    let own = name;
    for (let copy = 2; given.has(own) || (own !== name && taken.has(own)); copy++) own = `${name} (${copy})`;
    given.add(own);
    return own;
  });
}

/** What is said of a column, counted from 0, that the file calls like another one. */
export function renamedColumn(index: number, wanted: string, name: string, place: Problem['place']): Problem {
  return {
    severity: 'warning',
    kind: 'column-name',
    message: l10n`Column ${index + 1} is called "${wanted}" like another one; it is "${name}" here.`,
    place,
    hint: l10n`Use that name in the task file, or give the column a name of its own.`,
  };
}
