/** Lines of cells as a table: names to the left, numbers to the right. */
export function markdownTable(lines: readonly (readonly string[])[]): string {
  const [head, ...rows] = lines as [readonly string[], ...(readonly string[])[]];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** A page with what stands between `<!-- NAME -->` and `<!-- /NAME -->` replaced. */
export function fillSection(page: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(open);
  const to = page.indexOf(close);
  if (from < 0 || to < from) throw new Error(`The page has no place for ${name}: ${open} … ${close}`);
  return `${page.slice(0, from + open.length)}\n\n${content}\n\n${page.slice(to)}`;
}
