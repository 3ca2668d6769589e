/** Where in a line something was found: columns of the line from 0, `end` behind the last. */
export interface Span {
  start: number;
  end: number;
}

/** The cell of a CSV or TSV header that a character stands in, counted from 0; undefined behind the last. */
export function headerCellAt(
  header: string,
  character: number,
  format: 'csv' | 'tsv',
): (Span & { index: number }) | undefined {
  const line = header.startsWith('\ufeff') ? ` ${header.slice(1)}` : header;
  const delimiter = format === 'tsv' ? '\t' : guessDelimiter(line);
  let start = 0;
  let index = 0;
  let quoted = false;
  for (let at = 0; at <= line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    if (at < line.length && (quoted || line[at] !== delimiter)) continue;
    if (character <= at) return { index, start, end: at };
    start = at + 1;
    index += 1;
  }
  return undefined;
}

/** As the engine reads a header: commas, unless there are none but semicolons or tabs. */
function guessDelimiter(header: string): string {
  const unquoted = header.replaceAll(/"[^"]*"?/g, '');
  if (unquoted.includes(',')) return ',';
  if (unquoted.includes(';')) return ';';
  return unquoted.includes('\t') ? '\t' : ',';
}

/** The key of a JSON object that a character of a line stands on. */
export function keyAt(line: string, character: number): (Span & { key: string }) | undefined {
  for (const match of line.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)) {
    const [start, end] = [match.index, match.index + match[1]!.length];
    if (character < start || character > end) continue;
    if (match[2] === undefined) return undefined;
    try {
      return { key: JSON.parse(match[1]!) as string, start, end };
    } catch {
      return undefined;
    }
  }
  return undefined;
}
