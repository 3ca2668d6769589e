import { findNodeAtLocation, type JSONPath, type Node } from 'jsonc-parser';
import type { Place } from '../../protocol/errors';

/** A task file's text and its syntax tree: turns paths and offsets into lines and columns. */
export class TaskText {
  private readonly lineStarts: number[] = [0];

  constructor(
    readonly file: string,
    readonly text: string,
    private readonly root: Node | undefined,
  ) {
    for (const { index, 0: lineBreak } of text.matchAll(/\r\n|\n|\r/g))
      this.lineStarts.push(index + lineBreak.length);
  }

  has(path: JSONPath): boolean {
    return this.root !== undefined && findNodeAtLocation(this.root, path) !== undefined;
  }

  /** The place of an offset of the text. */
  placeAt(offset: number): Place {
    const next = this.lineStarts.findIndex((start) => start > offset);
    const line = next === -1 ? this.lineStarts.length : next;
    return { file: this.file, line, column: offset - this.lineStarts[line - 1]! + 1 };
  }

  /** The place of a value, or of the nearest value around it that is there. */
  placeOf(path: JSONPath): Place {
    return this.placeAt(this.nodeOf(path)?.offset ?? 0);
  }

  /** The place of a property's name. */
  placeOfKey(path: JSONPath): Place {
    const value = this.root && findNodeAtLocation(this.root, path);
    return value?.parent?.type === 'property' ? this.placeAt(value.parent.offset) : this.placeOf(path);
  }

  /** The place of a character of a string value; `index` counts characters of the value, not of its escapes. */
  placeInString(path: JSONPath, index: number): Place {
    const node = this.root && findNodeAtLocation(this.root, path);
    if (node?.type !== 'string') return this.placeOf(path);
    // A string's characters after the opening quote, each escape being one.
    const raw = this.text.slice(node.offset + 1, node.offset + node.length - 1);
    let offset = 0;
    for (const [position, match] of [...raw.matchAll(/\\u[0-9a-fA-F]{4}|\\.|[^\\]/gs)].entries()) {
      if (position === index) break;
      offset = match.index + match[0].length;
    }
    return this.placeAt(node.offset + 1 + offset);
  }

  private nodeOf(path: JSONPath): Node | undefined {
    for (let length = path.length; this.root && length >= 0; length--) {
      const node = findNodeAtLocation(this.root, path.slice(0, length));
      if (node) return node;
    }
    return this.root;
  }
}
