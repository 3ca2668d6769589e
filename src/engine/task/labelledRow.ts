/** A row that can be learned from or tested on. */
export interface LabelledRow {
  /** Data row in its file, from 1 without the header. */
  row: number;
  line: number;
  file: string;
  /** The template's columns. */
  values: Record<string, string>;
  /** The label, or the text to write; spaces around it are dropped. */
  target: string;
}
