import type { z } from 'zod';
import type { Problem } from '../../protocol/dataset';
import { didYouMean } from '../suggestName';
import { knownKeys } from './schemaKeys';
import type { TaskText } from './taskText';

type Issue = z.core.$ZodIssue;

/** A schema issue in words, with its line and column. One issue may name several unknown keys. */
export function explainIssue(issue: Issue, text: TaskText, parent: PropertyKey[] = []): Problem[] {
  const path = [...parent, ...issue.path];
  const name = path.length > 0 ? `"${path.at(-1)?.toString()}"` : 'The task file';
  const jsonPath = path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const problem = (message: string, hint?: string): Problem[] => [
    { severity: 'error', kind: 'task-invalid', message, place: text.placeOf(jsonPath), hint },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        severity: 'error',
        kind: 'unknown-key',
        message: `There is no "${key}" ${path.length > 0 ? `in ${name}` : 'in a task file'}.`,
        place: text.placeOfKey([...jsonPath, key]),
        hint: didYouMean(key, knownKeys(path)),
      }));
    case 'invalid_union':
      return bestAlternative(issue.errors).flatMap((inner) => explainIssue(inner, text, path));
    case 'invalid_type':
      if (issue.input === undefined && !text.has(jsonPath)) return problem(`${name} is missing.`);
      return problem(`${name} must be ${TYPES[issue.expected] ?? issue.expected}.`);
    case 'invalid_value':
      return problem(`${name} must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}.`);
    case 'invalid_key':
      return problem(`${name}: ${issue.issues[0]?.message ?? issue.message}.`);
    case 'too_small':
      if (issue.origin === 'string') return problem(`${name} must not be empty.`);
      return problem(`${name} must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}.`);
    case 'too_big':
      return problem(`${name} must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}.`);
    default:
      return problem(`${name}: ${issue.message}`);
  }
}

const TYPES: Record<string, string> = {
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object in { }',
  record: 'an object in { }',
};

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
