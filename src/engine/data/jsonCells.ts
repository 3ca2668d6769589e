import { type ParseError, parse } from 'jsonc-parser';

/** The cells of a JSON object: strings as they are, null as empty, nested values as JSON text. */
export function* cellsOf(value: object): Generator<readonly [string, string]> {
  for (const [name, cell] of Object.entries(value)) yield [name, cellOf(cell)];
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Where a text stops being JSON: line and column, both from 1. */
export function locateJsonError(text: string): { line: number; column: number } {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const before = text.slice(0, errors[0]?.offset ?? 0);
  const lines = before.split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
