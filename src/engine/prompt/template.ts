import { SoftpromptError } from '../../protocol/errors';

export type TemplatePart =
  | { kind: 'text'; text: string }
  /** `offset`: of its opening brace in the template. */
  | { kind: 'hole'; column: string; offset: number };

export interface Template {
  parts: readonly TemplatePart[];
  /** Columns in order of appearance, each once. */
  columns: readonly string[];
  /**
   * What stands between the prompt and its answer: a space, or nothing after a line break. Byte-pair vocabularies have
   * words with their leading space, so the space belongs to the answer and not to the template's end.
   */
  separator: ' ' | '';
}

/** A template that cannot be read; `offset` counts characters of the template. */
export class TemplateError extends SoftpromptError {
  constructor(
    message: string,
    readonly offset: number,
    hint: string,
  ) {
    super('task-invalid', message, { hint });
  }
}

/**
 * Text with `{column}` holes; `{{` and `}}` stand for braces. Spaces at the end are dropped: see Template.separator.
 *
 * @throws TemplateError where a brace has no partner.
 */
export function parseTemplate(source: string): Template {
  const parts: TemplatePart[] = [];
  const columns: string[] = [];
  let text = '';
  const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
  for (const match of source.matchAll(token)) {
    const [found, column] = match;
    if (column !== undefined) {
      const name = column.trim();
      if (name === '') {
        throw new TemplateError(
          'There is an empty hole in the template.',
          match.index,
          'Write a column name between { and }.',
        );
      }
      if (text) parts.push({ kind: 'text', text });
      text = '';
      parts.push({ kind: 'hole', column: name, offset: match.index });
      if (!columns.includes(name)) columns.push(name);
    } else if (found === '{' || found === '}') {
      throw new TemplateError(
        `There is a single ${found} in the template.`,
        match.index,
        `Write {column} for a hole, and ${found}${found} for a brace.`,
      );
    } else {
      text += found === '{{' ? '{' : found === '}}' ? '}' : found;
    }
  }
  text = dropSpaces(text);
  if (text) parts.push({ kind: 'text', text });
  return { parts, columns, separator: text.endsWith('\n') ? '' : ' ' };
}

/** The prompt of a row; columns that it lacks are empty. Spaces at the end are dropped, as in the template. */
export function renderTemplate(template: Template, values: Readonly<Record<string, string>>): string {
  return renderParts(
    template,
    template.parts.map((part) => (part.kind === 'hole' ? (values[part.column] ?? '') : '')),
  );
}

/** As `renderTemplate`, with the text of each part's hole at the part's index. */
export function renderParts(template: Template, holes: readonly string[]): string {
  let text = '';
  for (const [i, part] of template.parts.entries()) text += part.kind === 'text' ? part.text : holes[i]!;
  return dropSpaces(text);
}

/** What is written after the prompt for an answer: the answer with its leading space. */
export function renderAnswer(template: Template, answer: string): string {
  return template.separator + answer.trim();
}

/** Without spaces at the end; line breaks stay. */
function dropSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  return text.slice(0, end);
}
