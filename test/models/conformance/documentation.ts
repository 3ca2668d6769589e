import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Measured } from './measure';

/** What was measured of a case, with the worst of several ways to compile it. */
export interface Result extends Measured {
  model: string;
  architecture: string;
  format: string;
  /** Lines of text that get other token ids. */
  tokenizer: number;
}

const FILE = fileURLToPath(new URL('../../../docs/models.md', import.meta.url));
const [START, END] = ['<!-- measured: written by npm run docs:models -->', '<!-- end -->'];

/** Machines add numbers up in other orders: errors that differ by less than this count as the same. */
const SLACK = 3;

const COLUMNS: readonly { title: string; cell(result: Result): string }[] = [
  { title: 'architecture', cell: ({ architecture }) => architecture },
  { title: 'tiny model', cell: ({ model }) => model },
  { title: 'format', cell: ({ format }) => format },
  { title: 'logits', cell: ({ logits }) => errorClass(logits) },
  { title: 'gradient', cell: ({ gradient }) => errorClass(gradient) },
  { title: 'generation', cell: ({ generation }) => countClass(generation) },
  { title: 'tokenizer', cell: ({ tokenizer }) => countClass(tokenizer) },
];

/** The power of ten that an error stays below, with room. */
function errorClass(error: number): string {
  const exponent = Number.isFinite(error) ? Math.max(-6, Math.ceil(Math.log10(error * SLACK))) : 0;
  return `≤ 1e${exponent}`;
}

function countClass(differing: number | undefined): string {
  if (differing === undefined) return '–';
  return differing === 0 ? 'identical' : `${differing} differ`;
}

export function tableOf(results: readonly Result[]): string[][] {
  const sorted = [...results].sort((a, b) => compare(a, b));
  return [
    COLUMNS.map(({ title }) => title),
    ...sorted.map((result) => COLUMNS.map(({ cell }) => cell(result))),
  ];
}

function compare(a: Result, b: Result): number {
  const key = ({ architecture, model }: Result) => `${architecture} ${model}`;
  return key(a).localeCompare(key(b), 'en') || b.format.localeCompare(a.format, 'en');
}

/** The table as docs/models.md has it. */
export function documentedTable(): string[][] {
  const [, table] = splitDocument();
  const lines = table.split('\n').filter((line) => line.startsWith('|') && !/^\|\s*-/.test(line));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

export function writeTable(table: readonly string[][]): void {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [before, , after] = splitDocument();
  const lines = [line(table[0]!), rule, ...table.slice(1).map(line)];
  writeFileSync(FILE, `${before}${START}\n\n${lines.join('\n')}\n\n${END}${after}`);
}

function splitDocument(): [string, string, string] {
  const text = readFileSync(FILE, 'utf8');
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${FILE} lacks its marks`);
  return [text.slice(0, start), text.slice(start + START.length, end), text.slice(end + END.length)];
}

/**
 * Whether what the document says was measured. An error just at the border of a class may be on either side of it: what is
 * documented then is one class above and true.
 */
export function sameTables(documented: readonly string[][], measured: readonly string[][]): string[] {
  const text = (row: readonly string[]) => row.join(' | ');
  const problems: string[] = [];
  for (let i = 0; i < Math.max(documented.length, measured.length); i++) {
    const [said, found] = [documented[i] ?? [], measured[i] ?? []];
    const same = said.length === found.length && said.every((cell, j) => sameCell(cell, found[j]!));
    if (!same) problems.push(`documented: ${text(said)}\nmeasured:   ${text(found)}`);
  }
  return problems;
}

function sameCell(said: string, found: string): boolean {
  const exponent = (cell: string) => Number(/^≤ 1e(-?\d+)$/.exec(cell)?.[1] ?? Number.NaN);
  return said === found || exponent(said) - exponent(found) === 1;
}
