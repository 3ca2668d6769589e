// Text that people wrote, as Markdown that says just that.

/** A block of plain text in a hover, whatever it contains. */
export function codeBlock(text: string): string {
  const ticks = '`'.repeat(Math.max(3, longestTicks(text) + 1));
  return `${ticks}text\n${text}\n${ticks}`;
}

/** A name within a sentence, in one line. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '“”';
  const ticks = '`'.repeat(longestTicks(line) + 1);
  const gap = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${gap}${line}${gap}${ticks}`;
}

function longestTicks(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
}

/** A part of the whole as a bar of `width` characters at most; what is not nothing has one at least. */
export function bar(share: number, width: number): string {
  return share > 0 ? '▆'.repeat(Math.max(1, Math.round(Math.min(1, share) * width))) : '';
}

/** Rows of cells in columns, those at `right` set to the right; columns without any text are left out. */
export function columnsOfText(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  const lines = rows.map((row) =>
    row.flatMap((cell, column) => {
      if (widths[column] === 0) return [];
      const gap = ' '.repeat(widths[column]! - [...cell].length);
      return [right.includes(column) ? gap + cell : cell + gap];
    }),
  );
  return lines.map((cells) => cells.join('  ').trimEnd()).join('\n');
}
