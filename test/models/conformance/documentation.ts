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

/** Machines add numbers up in other orders: a cell has room for an error this much larger. */
const SLACK = 3;

interface Column {
  title: string;
  cell(result: Result): string;
  /** The number behind a cell that says what an error stays below. */
  error?(result: Result): number;
}

const errorColumn = (title: 'logits' | 'gradient'): Column => ({
  title,
  cell: (result) => errorClass(result[title]),
  error: (result) => result[title],
});

const COLUMNS: readonly Column[] = [
  { title: 'architecture', cell: ({ architecture }) => architecture },
  { title: 'tiny model', cell: ({ model }) => model },
  { title: 'format', cell: ({ format }) => format },
  errorColumn('logits'),
  errorColumn('gradient'),
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

/** In the order of the table. */
function sorted(results: readonly Result[]): Result[] {
  return [...results].sort(compare);
}

function compare(a: Result, b: Result): number {
  const key = ({ architecture, model }: Result) => `${architecture} ${model}`;
  return key(a).localeCompare(key(b), 'en') || b.format.localeCompare(a.format, 'en');
}

/** The table's rows as docs/models.md has them. */
function documentedRows(): string[][] {
  const [, table] = splitDocument();
  const lines = table.split('\n').filter((line) => line.startsWith('|'));
  const cells = (line: string) => line.split('|').slice(1, -1);
  return lines.slice(2).map((line) => cells(line).map((cell) => cell.trim()));
}

export function writeTable(results: readonly Result[]): void {
  const table = [COLUMNS.map(({ title }) => title), ...sorted(results).map(cellsOf)];
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

function cellsOf(result: Result): string[] {
  return COLUMNS.map(({ cell }) => cell(result));
}

/** Rows of docs/models.md that are not what was measured. */
export function wrongRows(results: readonly Result[]): string[] {
  const documented = documentedRows();
  const measured = sorted(results);
  const problems: string[] = [];
  for (let i = 0; i < Math.max(documented.length, measured.length); i++) {
    const [said, result] = [documented[i] ?? [], measured[i]];
    if (result && COLUMNS.every((column, j) => holds(column, said[j], result))) continue;
    problems.push(
      `documented: ${said.join(', ')}; measured: ${result ? cellsOf(result).join(', ') : 'nothing'}`,
    );
  }
  return problems;
}

/** An error may be a little larger or smaller on another machine: what is said must be true, and not say much less. */
function holds({ cell, error }: Column, said: string | undefined, result: Result): boolean {
  if (said === cell(result)) return true;
  const bound = error && Number(/^≤ (1e-\d+)$/.exec(said ?? '')?.[1]);
  return bound !== undefined && error!(result) <= bound && bound <= 10.1 * Number(cell(result).slice(2));
}
