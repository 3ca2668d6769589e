/** Numbers as people read them in a terminal. */

export const score = (value: number): string => value.toFixed(3);

export const percent = (value: number): string => `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;

/** `42 s`, `3:07 min`, `1:02:09 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)} min`;
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)} h`;
}

/** Text on one line, at most `width` characters; control characters, which a terminal would obey, are left out. */
export function oneLine(text: string, width: number): string {
  const flat = Array.from(
    text
      .replace(/\s+/gu, ' ')
      .replace(/\p{Cc}/gu, '')
      .trim(),
  );
  return flat.length <= width ? flat.join('') : `${flat.slice(0, width - 1).join('')}…`;
}

/** Rows as columns, padded with spaces; the first `left` columns, or those listed, flush left, the others right. */
export function table(rows: readonly (readonly string[])[], left: number | readonly number[] = 1): string[] {
  const isLeft = (column: number) => (typeof left === 'number' ? column < left : left.includes(column));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => (isLeft(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
