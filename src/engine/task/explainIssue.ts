import type { z } from 'zod';
import type { Problem } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';
import { didYouMean } from '../suggestName';
import { knownKeys } from './schemaKeys';
import type { TaskText } from './taskText';

type Issue = z.core.$ZodIssue;

/** A schema issue in words, with its line and column. One issue may name several unknown keys. */
export function explainIssue(issue: Issue, text: TaskText, parent: PropertyKey[] = []): Problem[] {
  const path = [...parent, ...issue.path];
  const name = path.length > 0 ? l10n`"${path.at(-1)!.toString()}"` : l10n`The task file`;
  const jsonPath = path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const problem = (message: string, hint?: string): Problem[] => [
    { severity: 'error', kind: 'task-invalid', message, place: text.placeOf(jsonPath), hint },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        severity: 'error',
        kind: 'unknown-key',
        message:
          path.length > 0
            ? l10n`There is no "${key}" in ${name}.`
            : l10n`There is no "${key}" in a task file.`,
        place: text.placeOfKey([...jsonPath, key]),
        hint: didYouMean(key, knownKeys(path)),
      }));
    case 'invalid_union':
      return bestAlternative(issue.errors).flatMap((inner) => explainIssue(inner, text, path));
    case 'invalid_type':
      if (issue.input === undefined && !text.has(jsonPath)) return problem(l10n`${name} is missing.`);
      return problem(l10n`${name} must be ${TYPES[issue.expected]?.() ?? issue.expected}.`);
    case 'invalid_value':
      return problem(l10n`${name} must be ${anyOf(issue.values)}.`);
    case 'invalid_key':
      return problem(`${name}: ${issue.issues[0]?.message ?? issue.message}.`);
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array')
        return problem(l10n`${name} must not be empty.`);
      return problem(
        issue.inclusive
          ? l10n`${name} must be at least ${String(issue.minimum)}.`
          : l10n`${name} must be more than ${String(issue.minimum)}.`,
      );
    case 'too_big':
      if (issue.origin === 'array')
        return problem(l10n`${name} must not have more than ${String(issue.maximum)} entries.`);
      return problem(
        issue.inclusive
          ? l10n`${name} must be at most ${String(issue.maximum)}.`
          : l10n`${name} must be less than ${String(issue.maximum)}.`,
      );
    default:
      return problem(`${name}: ${issue.message}`);
  }
}

const TYPES: Record<string, () => string> = {
  string: () => l10n`a text in quotes`,
  number: () => l10n`a number`,
  int: () => l10n`a whole number`,
  boolean: () => l10n`true or false`,
  object: () => l10n`an object in { }`,
  record: () => l10n`an object in { }`,
};

/** `"before" or "after"` */
function anyOf(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).reduce((some, value) => l10n`${some} or ${value}`);
}

/**
 * The alternative that was most likely meant: one whose outer type fits, with the fewest issues. Alternatives that
 * differ in one word alone ("kind") are told together.
 */
function bestAlternative(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  const fitting = alternatives.filter((issues) => !issues.some((issue) => isTypeMismatch(issue)));
  if (fitting.length === 0) return alternatives[0] ?? [];
  const fewest = Math.min(...fitting.map((issues) => issues.length));
  const best = fitting.filter((issues) => issues.length === fewest);
  const [first] = best[0]!;
  const values = best.flatMap((issues) =>
    issues.flatMap((issue) => (issue.code === 'invalid_value' ? issue.values : [])),
  );
  if (first?.code === 'invalid_value' && best.length > 1) return [{ ...first, values }, ...best[0]!.slice(1)];
  return best[0]!;
}

function isTypeMismatch(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}
