import type { ResolvedTask } from '../../protocol/taskFile';

export type TemplatePart =
  | { kind: 'text'; text: string }
  | { kind: 'hole'; column: string }
  | { kind: 'mask' };

/**
 * A template's text and its `{column}` holes in order; `{{` and `}}` stand for braces. `{mask}` is where a masked language
 * model answers.
 */
export function templateParts(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = '';
  for (const match of template.matchAll(/\{\{|\}\}|\{([^{}]+)\}|[^{}]+|[{}]/g)) {
    const column = match[1];
    if (column === undefined) {
      text += match[0] === '{{' ? '{' : match[0] === '}}' ? '}' : match[0];
      continue;
    }
    if (text) parts.push({ kind: 'text', text });
    text = '';
    parts.push(column.trim() === 'mask' ? { kind: 'mask' } : { kind: 'hole', column });
  }
  if (text) parts.push({ kind: 'text', text });
  return parts;
}

/** The columns a template asks for, each once. */
export function templateColumns(template: string): string[] {
  return [...new Set(templateParts(template).flatMap((part) => (part.kind === 'hole' ? [part.column] : [])))];
}

/** What a task asks as one text: its template, or its messages under the names of who says them. */
export function promptText({ template, messages }: Pick<ResolvedTask, 'template' | 'messages'>): string {
  return template ?? messages?.map(({ role, content }) => `${role}: ${content}`).join('\n\n') ?? '';
}
