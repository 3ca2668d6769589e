/** What makes a row's prompt of its columns: a template, or messages in the form that the model was taught. */
export interface Wording {
  /** The column of each hole, in order; one may come twice. */
  readonly holes: readonly string[];
  /** Columns in order of appearance, each once. */
  readonly columns: readonly string[];
  /**
   * What stands between the prompt and its answer: a space, or nothing after a line break. Byte-pair vocabularies have
   * words with their leading space, so the space belongs to the answer and not to the prompt's end.
   */
  readonly separator: ' ' | '';
  /** The text brings its markers along: none are put around it. */
  readonly marked?: boolean;
  /** Token that the model was taught to end an answer with, where it is not end-of-text. */
  readonly endOfAnswer?: number;
  /** The prompt with these texts in its holes. */
  render(filled: readonly string[]): string;
}

/** What stands in each hole; columns that a row lacks are empty. */
export function fillHoles({ holes }: Wording, values: Readonly<Record<string, string>>): string[] {
  return holes.map((column) => values[column] ?? '');
}

/** What is written after the prompt for an answer: the answer with its leading space. */
export function renderAnswer({ separator }: Pick<Wording, 'separator'>, answer: string): string {
  return separator + answer.trim();
}
