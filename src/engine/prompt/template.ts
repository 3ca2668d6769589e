import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { fillHoles, type Wording } from './wording';

export type TemplatePart =
  | { kind: 'text'; text: string }
  /** `offset`: of its opening brace in the template. */
  | { kind: 'hole'; column: string; offset: number }
  /** Where a masked language model answers: `{mask}`. */
  | { kind: 'mask'; offset: number };

/** What stands for the mask where there is no model to say so. */
const MASK = '{mask}';

export interface Template extends Wording {
  readonly parts: readonly TemplatePart[];
}

/** A template that cannot be read; `offset` counts characters of the template, which is at `path` in the task file. */
export class TemplateError extends SoftpromptError {
  constructor(
    message: string,
    readonly offset: number,
    hint: string,
    readonly path: readonly (string | number)[],
  ) {
    super('task-invalid', message, { hint });
  }
}

/** Where a template stands in the task file. */
const TEMPLATE_PATH = ['template'];

/**
 * Text with `{column}` holes, and `{mask}` where a masked language model answers; `{{` and `}}` stand for braces. Spaces at the end are dropped: see Wording.separator.
 *
 * @throws TemplateError where a brace has no partner.
 */
export function parseTemplate(source: string): Template {
  const parts = parseParts(source, TEMPLATE_PATH);
  const last = parts.at(-1);
  if (last?.kind === 'text') {
    const text = dropSpaces(last.text);
    parts.pop();
    if (text) parts.push({ kind: 'text', text });
  }
  const ending = parts.at(-1);
  const holes = parts.flatMap((part) => (part.kind === 'hole' ? [part.column] : []));
  return {
    parts,
    holes,
    columns: [...new Set(holes)],
    separator: ending?.kind === 'text' && ending.text.endsWith('\n') ? '' : ' ',
    render: (filled) => dropSpaces(fillParts(parts, filled)),
  };
}

/**
 * The parts of a text with holes, which is at `path` in the task file.
 *
 * @throws TemplateError where a brace has no partner, or a second mask stands.
 */
export function parseParts(source: string, path: readonly (string | number)[]): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = '';
  const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
  for (const match of source.matchAll(token)) {
    const [found, column] = match;
    if (column !== undefined) {
      const name = column.trim();
      if (name === '') {
        throw new TemplateError(
          l10n`There is an empty hole in the template.`,
          match.index,
          l10n`Write a column name between { and }.`,
          path,
        );
      }
      if (text) parts.push({ kind: 'text', text });
      text = '';
      if (name !== 'mask') parts.push({ kind: 'hole', column: name, offset: match.index });
      else if (parts.some(({ kind }) => kind === 'mask')) {
        throw new TemplateError(
          l10n`There are two {mask} in the template.`,
          match.index,
          l10n`A row has one answer: leave one {mask}.`,
          path,
        );
      } else parts.push({ kind: 'mask', offset: match.index });
    } else if (found === '{' || found === '}') {
      throw new TemplateError(
        l10n`There is a single ${found} in the template.`,
        match.index,
        l10n`Write {column} for a hole, and ${found + found} for a brace.`,
        path,
      );
    } else {
      text += found === '{{' ? '{' : found === '}}' ? '}' : found;
    }
  }
  if (text) parts.push({ kind: 'text', text });
  return parts;
}

/** The parts as a text, with one of `filled` for each hole, and `mask` for the mask. */
export function fillParts(parts: readonly TemplatePart[], filled: readonly string[], mask = MASK): string {
  let hole = 0;
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return part.kind === 'mask' ? mask : (filled[hole++] ?? '');
    })
    .join('');
}

/** The prompt of a row; columns that it lacks are empty. Spaces at the end are dropped, as in the template. */
export function renderTemplate(template: Template, values: Readonly<Record<string, string>>): string {
  return template.render(fillHoles(template, values));
}

/** Without spaces at the end; line breaks stay. */
function dropSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  return text.slice(0, end);
}
