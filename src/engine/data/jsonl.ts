import { isUtf8 } from 'node:buffer';
import { l10n } from '../../protocol/l10n';
import { cellsOf, isObject, locateJsonError } from './jsonCells';
import { MAX_ROW_BYTES } from './limits';
import type { MakeRowReader, RowReader, RowSink } from './rowReader';

const LF = 0x0a;

export const jsonlReader: MakeRowReader = (sink) => new JsonLinesReader(sink);

/** One JSON object a line; blank lines are skipped. */
class JsonLinesReader implements RowReader {
  private line = 1;
  /** Inside a line that is too long to be read. */
  private skipping = false;

  constructor(private readonly sink: RowSink) {}

  read(bytes: Buffer, last: boolean): number {
    let position = 0;
    while (position < bytes.length) {
      const lineBreak = bytes.indexOf(LF, position);
      const complete = lineBreak !== -1 || last;
      const end = lineBreak === -1 ? bytes.length : lineBreak;
      const tooLong = end - position > MAX_ROW_BYTES;
      if (!complete && !tooLong && !this.skipping) return position;
      if (!this.skipping) {
        if (tooLong)
          this.refuse(l10n`row too long`, l10n`The line is longer than ${MAX_ROW_BYTES / 1024 / 1024} MB.`);
        else this.take(bytes.subarray(position, end));
      }
      this.skipping = !complete;
      position = end + 1;
      if (complete) this.line += 1;
    }
    return bytes.length;
  }

  copy(sink: RowSink): RowReader {
    const copy = new JsonLinesReader(sink);
    copy.line = this.line;
    copy.skipping = this.skipping;
    return copy;
  }

  private take(bytes: Buffer): void {
    if (!isUtf8(bytes)) {
      this.refuse(l10n`not valid UTF-8`, l10n`The line has bytes that are not UTF-8.`, {
        hint: l10n`Open the file in its own encoding, then save it as UTF-8.`,
      });
      return;
    }
    const text = bytes.toString('utf8');
    if (text.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.refuse(l10n`not valid JSON`, l10n`The line is not valid JSON.`, {
        column: locateJsonError(text).column,
      });
      return;
    }
    if (isObject(value)) this.sink.addEntries(this.line, cellsOf(value), this.line);
    else
      this.refuse(l10n`not an object`, l10n`The line is not a JSON object like {"text": "…", "label": "…"}.`);
  }

  private refuse(reason: string, message: string, details?: { hint?: string; column?: number }): void {
    this.sink.leaveOut(this.line, reason, message, details);
  }
}
