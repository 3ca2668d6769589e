import { isUtf8 } from 'node:buffer';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { cellsOf, isObject, locateJsonError } from './jsonCells';
import { MAX_ROW_BYTES } from './limits';
import type { MakeRowReader, RowReader, RowSink } from './rowReader';

const LF = 0x0a;
const [OPEN, CLOSE, COMMA, QUOTE, BACKSLASH] = [...Buffer.from('[],"\\')] as [
  number,
  number,
  number,
  number,
  number,
];
const OPENING = new Set(Buffer.from('[{'));
const CLOSING = new Set(Buffer.from(']}'));
const BLANK = new Set(Buffer.from(' \t\r\n'));

export const jsonReader: MakeRowReader = (sink) => new JsonArrayReader(sink);

/**
 * An array of objects, read element by element: only brackets and strings are followed here, and JSON.parse takes each
 * element, so that a large file never stands in memory as one text.
 */
class JsonArrayReader implements RowReader {
  private line = 1;
  private expected: 'array' | 'element' | 'comma' | 'end' = 'array';

  constructor(private readonly sink: RowSink) {}

  read(bytes: Buffer, last: boolean): number {
    let position = 0;
    while (position < bytes.length) {
      const byte = bytes[position]!;
      if (BLANK.has(byte)) {
        if (byte === LF) this.line += 1;
        position += 1;
      } else if (this.expected === 'array') {
        if (byte !== OPEN) throw this.malformed(l10n`The file is not a JSON array.`);
        this.expected = 'element';
        position += 1;
      } else if (this.expected === 'end') {
        throw this.malformed(l10n`There is text after the end of the array.`);
      } else if (byte === CLOSE) {
        this.expected = 'end';
        position += 1;
      } else if (this.expected === 'comma') {
        // elementEnd stops at a comma or at the end of the array.
        this.expected = 'element';
        position += 1;
      } else {
        const end = elementEnd(bytes, position);
        if (end === undefined && !last) {
          if (bytes.length - position <= MAX_ROW_BYTES) return position;
          const megabytes = MAX_ROW_BYTES / 1024 / 1024;
          throw this.malformed(l10n`The row is longer than ${megabytes} MB, or is not closed.`);
        }
        this.take(bytes.subarray(position, end));
        this.expected = 'comma';
        position = end ?? bytes.length;
      }
    }
    if (last && this.expected === 'array') throw this.malformed(l10n`The file is not a JSON array.`);
    if (last && this.expected !== 'end') {
      this.sink.problems.add({
        severity: 'warning',
        kind: 'unfinished-file',
        message: l10n`The array is not closed: the file may have been cut off.`,
        place: { file: this.sink.file, line: this.line },
      });
    }
    return position;
  }

  copy(sink: RowSink): RowReader {
    const copy = new JsonArrayReader(sink);
    copy.line = this.line;
    copy.expected = this.expected;
    return copy;
  }

  private take(bytes: Buffer): void {
    const start = this.line;
    for (const byte of bytes) if (byte === LF) this.line += 1;
    if (!isUtf8(bytes)) {
      this.sink.leaveOut(start, l10n`not valid UTF-8`, l10n`The row has bytes that are not UTF-8.`, {
        hint: l10n`Open the file in its own encoding, then save it as UTF-8.`,
      });
      return;
    }
    const text = bytes.toString('utf8');
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      const { line, column } = locateJsonError(text);
      this.sink.leaveOut(start + line - 1, l10n`not valid JSON`, l10n`The row is not valid JSON.`, {
        column: line > 1 ? column : undefined,
      });
      return;
    }
    const blankLines = text.slice(text.trimEnd().length).split('\n').length - 1;
    if (isObject(value)) this.sink.addEntries(start, cellsOf(value), this.line - blankLines);
    else this.sink.leaveOut(start, l10n`not an object`, l10n`The row is not a JSON object.`);
  }

  private malformed(message: string): SoftpromptError {
    return new SoftpromptError('data-invalid', message, {
      place: { file: this.sink.file, line: this.line },
      hint: l10n`A .json dataset is an array of objects: [{"text": "…", "label": "…"}, …]. One object a line is .jsonl.`,
    });
  }
}

/** Position after the array element at `start`; undefined if it does not end in `bytes`. */
function elementEnd(bytes: Buffer, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (inString) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (OPENING.has(byte)) {
      depth += 1;
    } else if (depth === 0 && (byte === COMMA || byte === CLOSE)) {
      return i;
    } else if (CLOSING.has(byte)) {
      depth -= 1;
    }
  }
  return undefined;
}
