import { getLocation, type JSONPath, type Node } from 'jsonc-parser';

/**
 * What of a task file an offset is in, where its data or models have something to say about it. `start` and `end` are the
 * offsets of the name: without quotes, and without the braces of a hole.
 */
export interface TaskCursor {
  kind: 'hole' | 'column' | 'class' | 'data' | 'model';
  start: number;
  end: number;
  /** The name as it is meant, escapes resolved. */
  name: string;
  /** There are quotes or braces around the name; where not, they are to be written too. */
  closed: boolean;
}

/** Values that name something, by their paths; `*` is any key. */
const NAMES: readonly { path: readonly string[]; kind: TaskCursor['kind'] }[] = [
  { path: ['model'], kind: 'model' },
  { path: ['data'], kind: 'data' },
  { path: ['data', 'train'], kind: 'data' },
  { path: ['data', 'validation'], kind: 'data' },
  { path: ['data', 'test'], kind: 'data' },
  { path: ['target'], kind: 'column' },
  { path: ['target', 'column'], kind: 'column' },
];

const TEXTS: readonly (readonly string[])[] = [['template'], ['messages', '*', 'content']];

export function taskCursor(text: string, offset: number): TaskCursor | undefined {
  const { path, previousNode, isAtPropertyKey } = getLocation(text, offset);
  const inside = isInside(previousNode, offset) ? previousNode : undefined;
  if (isAtPropertyKey) return matches(path, ['target', 'words', '*']) ? named('class') : undefined;
  if (inside && TEXTS.some((pattern) => matches(path, pattern))) return holeAt(text, inside, offset);
  const found = NAMES.find((entry) => matches(path, entry.path));
  return found && named(found.kind);

  function named(kind: TaskCursor['kind']): TaskCursor | undefined {
    // Behind a value there is nothing to name; before one there is.
    if (!inside)
      return previousNode ? undefined : { kind, start: offset, end: offset, name: '', closed: false };
    const [start, end] = content(text, inside);
    return { kind, start, end, name: plain(text.slice(start, end)), closed: true };
  }
}

function isInside(node: Node | undefined, offset: number): node is Node {
  return (
    (node?.type === 'string' || node?.type === 'property') &&
    offset > node.offset &&
    offset <= node.offset + node.length
  );
}

/** A string's characters between its quotes; the closing one may be missing while it is typed. */
function content(text: string, { offset, length }: Node): [start: number, end: number] {
  const end = offset + length;
  const closed = length > 1 && text[end - 1] === '"';
  return [offset + 1, closed ? end - 1 : end];
}

/** The hole around an offset of a text with holes; `{{` is a brace, not a hole. */
function holeAt(text: string, node: Node, offset: number): TaskCursor | undefined {
  const [from, to] = content(text, node);
  if (offset > to) return undefined;
  let open: number | undefined;
  for (let at = from; at < offset; at++) {
    const isPair = text[at + 1] === text[at] && at + 1 < offset;
    if (text[at] === '{') {
      if (open === undefined && isPair) at += 1;
      else open = at;
    } else if (text[at] === '}') {
      if (open === undefined && isPair) at += 1;
      open = undefined;
    } else if (text[at] === '\\') at += 1;
  }
  if (open === undefined) return undefined;
  const rest = /^(?:[^{}\\]|\\["\\/])*/.exec(text.slice(offset, to))![0];
  const closed = text[offset + rest.length] === '}';
  const end = closed ? offset + rest.length : offset;
  return { kind: 'hole', start: open + 1, end, name: plain(text.slice(open + 1, end)).trim(), closed };
}

function plain(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw; // an escape that is being typed
  }
}

function matches(path: JSONPath, pattern: readonly string[]): boolean {
  return path.length === pattern.length && pattern.every((key, i) => key === '*' || key === path[i]);
}
