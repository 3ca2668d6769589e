import { findNodeAtLocation, getNodeValue, type Node, parseTree } from 'jsonc-parser';
import type { TaskChange, TaskPath } from '../../protocol/form';

// Edits of a task file's text that touch nothing but what they are about: comments, order and layout stay.

/** The text after the changes, one after another. It must be JSON, comments allowed, or empty. */
export function changeTask(text: string, changes: readonly TaskChange[]): string {
  return changes.reduce(
    (changed, { path, value }) => (value === undefined ? unset(changed, path) : set(changed, path, value)),
    text,
  );
}

function set(text: string, path: TaskPath, value: unknown): string {
  const root = parseTree(text);
  if (!root || path.length === 0) return `${JSON.stringify(nested(path, value), null, 2)}\n`;
  const there = findNodeAtLocation(root, path);
  if (there) {
    if (JSON.stringify(getNodeValue(there)) === JSON.stringify(value)) return text;
    return replace(text, there.offset, end(there), print(text, there.offset, value));
  }
  let depth = path.length - 1;
  let container = findNodeAtLocation(root, path.slice(0, depth));
  while (!container) container = findNodeAtLocation(root, path.slice(0, --depth));
  const rest = nested(path.slice(depth + 1), value);
  if (container.type !== 'object' && container.type !== 'array') {
    // A short form, such as "data": "a.csv", in the way of what has more to say.
    return replace(
      text,
      container.offset,
      end(container),
      print(text, container.offset, { [path[depth]!]: rest }),
    );
  }
  return insert(text, container, path[depth]!, rest);
}

/** `{ a: { b: value } }` for the path a, b. */
function nested(path: TaskPath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** Puts a property or element behind the last one, and behind the comment that stands beside that. */
function insert(text: string, container: Node, key: string | number, value: unknown): string {
  const children = container.children ?? [];
  const last = children.at(-1);
  const name = container.type === 'object' ? `${JSON.stringify(key)}: ` : '';
  const eol = lineBreak(text);
  if (!last) {
    const close = end(container) - 1;
    const outer = indentAt(text, container.offset);
    const content = text.slice(container.offset + 1, close).trimEnd();
    const at = container.offset + 1 + content.length;
    const item = `${eol}${outer}${unit(text)}${name}${print(text, container.offset, value, unit(text))}`;
    return replace(text, at, close, `${item}${eol}${outer}`);
  }
  const inline = !text.slice(container.offset, children[0]!.offset).includes('\n');
  const comma = commaAfter(text, end(last)) === undefined ? ',' : '';
  if (inline) {
    return replace(text, end(last), end(last), `${comma} ${name}${JSON.stringify(value)}`);
  }
  const at = behindComments(text, end(last));
  const indent = indentAt(text, last.offset);
  const withComma = replace(text, end(last), end(last), comma);
  const item = `${eol}${indent}${name}${print(text, last.offset, value)}`;
  return replace(withComma, at + comma.length, at + comma.length, item);
}

/** Takes a value away with its key and comma, and then what is empty without it. */
function unset(text: string, path: TaskPath): string {
  const root = parseTree(text);
  const node = root && findNodeAtLocation(root, path);
  const item = node?.parent?.type === 'property' ? node.parent : node;
  const container = item?.parent;
  if (!item || !container) return text;
  const shorter = remove(text, container.children ?? [], item);
  const left = parseTree(shorter);
  const parent = path.slice(0, -1);
  const empty = parent.length > 0 && left && findNodeAtLocation(left, parent);
  const isEmpty =
    empty && empty.type === 'object' && shorter.slice(empty.offset + 1, end(empty) - 1).trim() === '';
  return isEmpty ? unset(shorter, parent) : shorter;
}

function remove(text: string, siblings: readonly Node[], item: Node): string {
  const index = siblings.indexOf(item);
  const before = siblings[index - 1];
  const isLast = index === siblings.length - 1;
  const ownComma = commaAfter(text, end(item));
  const otherComma = isLast && before && ownComma === undefined ? commaAfter(text, end(before)) : undefined;

  let [start, stop] = [item.offset, end(item)];
  let result = text;
  if (ownComma !== undefined) {
    if (text.slice(stop, ownComma).trim() === '') stop = ownComma + 1;
    else result = replace(result, ownComma, ownComma + 1, '');
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', stop) < 0 ? text.length : text.indexOf('\n', stop) + 1;
  const alone = text.slice(lineStart, start).trim() === '';
  if (alone && result.slice(stop, lineEnd).trim() === '' && lineEnd <= result.length) {
    [start, stop] = [lineStart, lineEnd];
  } else if (alone || !isLast) {
    while (result[stop] === ' ' || result[stop] === '\t') stop += 1;
  } else {
    while (result[start - 1] === ' ' || result[start - 1] === '\t') start -= 1;
  }
  result = replace(result, start, stop, '');
  return otherComma === undefined ? result : replace(result, otherComma, otherComma + 1, '');
}

const end = (node: Node): number => node.offset + node.length;

function replace(text: string, start: number, stop: number, by: string): string {
  return text.slice(0, start) + by + text.slice(stop);
}

/** A value as JSON, laid out as the file is, at the indentation of the line at `offset` and `more`. */
function print(text: string, offset: number, value: unknown, more = ''): string {
  const indent = indentAt(text, offset) + more;
  return JSON.stringify(value, null, unit(text)).replaceAll('\n', `${lineBreak(text)}${indent}`);
}

function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** White space at the beginning of the line of an offset. */
function indentAt(text: string, offset: number): string {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, offset))![0];
}

/** One step of indentation, as the file's first property has it. */
function unit(text: string): string {
  return /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
}

/** Where the comma behind a value stands; comments may stand between. */
function commaAfter(text: string, from: number): number | undefined {
  const at = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(from))![0].length + from;
  return text[at] === ',' ? at : undefined;
}

/** The end of the comments on the same line. */
function behindComments(text: string, from: number): number {
  const comments = /^(?:[ \t,]*(?:\/\/[^\r\n]*|\/\*[\s\S]*?\*\/))*/.exec(text.slice(from))![0];
  return from + comments.length;
}
