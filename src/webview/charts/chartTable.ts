/** What a chart shows, as columns: the same for its table and its CSV file. */
export interface ChartTable {
  caption: string;
  columns: readonly ChartColumn[];
}

export interface ChartColumn {
  name: string;
  /** One value a row; null where there is none. */
  values: ArrayLike<string | number | null>;
  /** How the table writes a number; the CSV file has it in full. */
  format?: (value: number) => string;
}

export function tableRows({ columns }: ChartTable): number {
  return columns[0]?.values.length ?? 0;
}

/** A cell as the table shows it. */
export function cellText({ values, format }: ChartColumn, row: number): string {
  const value = values[row];
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' && format ? format(value) : String(value);
}

/** The table as CSV (RFC 4180), numbers unrounded. */
export function tableCsv(table: ChartTable): string {
  const lines = [table.columns.map(({ name }) => csvField(name)).join(',')];
  const rows = tableRows(table);
  for (let row = 0; row < rows; row++)
    lines.push(table.columns.map(({ values }) => csvField(values[row])).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

export function csvField(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
