import { isUtf8 } from 'node:buffer';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { distinctNames, renamedColumn } from './columnNames';
import { MAX_ROW_BYTES } from './limits';
import type { MakeRowReader, RowReader, RowSink } from './rowReader';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const TAB = 0x09;

export const csvReader: MakeRowReader = (sink) => new CsvReader(sink);
export const tsvReader: MakeRowReader = (sink) => new CsvReader(sink, TAB);

interface Scanned {
  /** Position after the row's line break. */
  end: number;
  /** Lines the row takes. */
  lines: number;
  cells: string[];
}

/** What is wrong with a row, `incomplete` if more bytes may mend it. */
interface Fault {
  incomplete: boolean;
  said(): { reason: string; message: string; hint?: string };
}

/**
 * RFC 4180, on bytes: comma, quotes and line breaks are ASCII, so UTF-8 need only be decoded cell by cell, and each cell
 * becomes a string of its own instead of a slice that keeps the whole file in memory. Line breaks may be LF, CRLF or CR,
 * mixed; blank lines are skipped; spaces after a closing quote are ignored.
 *
 * A row with broken quotes costs that line only: reading goes on with the next line.
 */
class CsvReader implements RowReader {
  private line = 1;
  private width = 0;
  /** Inside a line that is too long to be read. */
  private skipping = false;

  constructor(
    private readonly sink: RowSink,
    private delimiter?: number,
  ) {}

  read(bytes: Buffer, last: boolean): number {
    let position = this.skipping ? this.skipLine(bytes, 0, last) : 0;
    this.delimiter ??= guessDelimiter(bytes);
    while (position < bytes.length) {
      const lineBreak = breakLength(bytes, position, last);
      if (lineBreak === undefined) return position;
      if (lineBreak > 0) {
        position += lineBreak;
        this.line += 1;
        continue;
      }
      const scanned = this.scan(bytes, position, last);
      if ('cells' in scanned) {
        this.take(scanned, bytes.subarray(position, scanned.end));
        position = scanned.end;
        this.line += scanned.lines;
        continue;
      }
      const tooLong = bytes.length - position > MAX_ROW_BYTES;
      if (scanned.incomplete && !last && !tooLong) return position;
      this.leaveOut(scanned);
      position = this.skipLine(bytes, position, last);
    }
    return position;
  }

  copy(sink: RowSink): RowReader {
    const copy = new CsvReader(sink, this.delimiter);
    copy.line = this.line;
    copy.width = this.width;
    copy.skipping = this.skipping;
    return copy;
  }

  /** One row from `start` on. */
  private scan(bytes: Buffer, start: number, last: boolean): Scanned | Fault {
    const cells: string[] = [];
    let lines = 1;
    let position = start;
    for (;;) {
      if (bytes[position] === QUOTE) {
        const close = closingQuote(bytes, position + 1);
        if (close === undefined) return UNCLOSED;
        cells.push(unquote(bytes.subarray(position + 1, close)));
        lines += countBreaks(bytes, position + 1, close);
        position = close + 1;
        while (bytes[position] === 0x20) position += 1;
      } else {
        const from = position;
        while (position < bytes.length && !this.endsCell(bytes[position]!)) position += 1;
        cells.push(bytes.toString('utf8', from, position));
      }
      if (position === bytes.length) return last ? { end: position, lines, cells } : TOO_LONG;
      if (bytes[position] === this.delimiter) {
        position += 1;
        continue;
      }
      const lineBreak = breakLength(bytes, position, last);
      if (lineBreak === undefined) return TOO_LONG;
      if (lineBreak === 0) return STRAY_QUOTE;
      return { end: position + lineBreak, lines, cells };
    }
  }

  private endsCell(byte: number): boolean {
    return byte === this.delimiter || byte === LF || byte === CR;
  }

  private take({ cells, lines }: Scanned, bytes: Buffer): void {
    if (this.width === 0) {
      this.takeHeader(cells, bytes);
    } else if (bytes.length > MAX_ROW_BYTES) {
      this.leaveOut(TOO_LONG);
    } else if (!isUtf8(bytes)) {
      this.leaveOut(NOT_UTF8);
    } else if (cells.length !== this.width) {
      this.leaveOut(wrongWidth(cells.length, this.width));
    } else {
      this.sink.addCells(this.line, cells, this.line + lines - 1);
    }
  }

  private leaveOut({ said }: Fault): void {
    const { reason, message, hint } = said();
    this.sink.leaveOut(this.line, reason, message, { hint });
  }

  private takeHeader(cells: string[], bytes: Buffer): void {
    if (!isUtf8(bytes)) {
      throw new SoftpromptError('data-invalid', l10n`The header has bytes that are not UTF-8.`, {
        place: { file: this.sink.file, line: this.line },
        hint: l10n`Open the file in its own encoding, then save it as UTF-8.`,
      });
    }
    this.width = cells.length;
    const place = { file: this.sink.file, line: this.line };
    const wanted = cells.map((cell, index) => cell.trim() || `column ${index + 1}`);
    for (const [index, name] of distinctNames(wanted).entries()) {
      this.sink.addColumn(name);
      const cell = cells[index]!.trim();
      if (name === cell) continue;
      this.sink.problems.add(
        cell
          ? renamedColumn(index, cell, name, place)
          : {
              severity: 'warning',
              kind: 'column-name',
              message: l10n`Column ${index + 1} has no name; it is "${name}" here.`,
              place,
            },
      );
    }
  }

  /** Position after the line that `position` is in. */
  private skipLine(bytes: Buffer, position: number, last: boolean): number {
    let end = position;
    while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end += 1;
    const lineBreak = end === bytes.length ? undefined : breakLength(bytes, end, last);
    this.skipping = lineBreak === undefined;
    if (lineBreak === undefined) return end;
    this.line += 1;
    return end + lineBreak;
  }
}

const TOO_LONG: Fault = {
  incomplete: true,
  said: () => ({
    reason: l10n`row too long`,
    message: l10n`The row is longer than ${MAX_ROW_BYTES / 1024 / 1024} MB.`,
  }),
};
const UNCLOSED: Fault = {
  incomplete: true,
  said: () => ({
    reason: l10n`quote not closed`,
    message: l10n`A quote is opened here and not closed.`,
    hint: l10n`Write "" for a quote inside a quoted cell.`,
  }),
};
const STRAY_QUOTE: Fault = {
  incomplete: false,
  said: () => ({
    reason: l10n`text after a closing quote`,
    message: l10n`There is text between a closing quote and the next separator.`,
    hint: l10n`Write "" for a quote inside a quoted cell.`,
  }),
};
const NOT_UTF8: Fault = {
  incomplete: false,
  said: () => ({
    reason: l10n`not valid UTF-8`,
    message: l10n`The row has bytes that are not UTF-8.`,
    hint: l10n`Open the file in its own encoding, then save it as UTF-8.`,
  }),
};

function wrongWidth(found: number, wanted: number): Fault {
  return {
    incomplete: false,
    said: () => ({
      reason: l10n`wrong number of cells`,
      message:
        found === 1
          ? l10n`The row has 1 cell, the header ${wanted}.`
          : l10n`The row has ${found} cells, the header ${wanted}.`,
      hint: found > wanted ? l10n`Put quotes around cells that contain the separator.` : undefined,
    }),
  };
}

/** Bytes of the line break at `position`, 0 if there is none; undefined if the next byte must be known first. */
function breakLength(bytes: Buffer, position: number, last: boolean): number | undefined {
  if (bytes[position] === LF) return 1;
  if (bytes[position] !== CR) return 0;
  if (position + 1 === bytes.length) return last ? 1 : undefined;
  return bytes[position + 1] === LF ? 2 : 1;
}

/** The quote that ends a quoted cell, two in a row being one inside it; the second may still be missing from `bytes`. */
function closingQuote(bytes: Buffer, from: number): number | undefined {
  let quote = bytes.indexOf(QUOTE, from);
  while (quote !== -1) {
    if (bytes[quote + 1] !== QUOTE) return quote;
    quote = bytes.indexOf(QUOTE, quote + 2);
  }
  return undefined;
}

/**
 * The text between the quotes, "" being one quote. Done on bytes: a string put together from parts would keep the parts
 * in memory beside it.
 */
function unquote(bytes: Buffer): string {
  let quote = bytes.indexOf(QUOTE);
  if (quote === -1) return bytes.toString('utf8');
  const pieces: Buffer[] = [];
  let from = 0;
  for (; quote !== -1; quote = bytes.indexOf(QUOTE, from)) {
    pieces.push(bytes.subarray(from, quote + 1));
    from = quote + 2;
  }
  pieces.push(bytes.subarray(from));
  return Buffer.concat(pieces).toString('utf8');
}

function countBreaks(bytes: Buffer, from: number, to: number): number {
  let breaks = 0;
  for (let i = from; i < to; i++) {
    if (bytes[i] === LF || (bytes[i] === CR && bytes[i + 1] !== LF)) breaks += 1;
  }
  return breaks;
}

/** Comma, unless the header has none and has semicolons or tabs instead, as some spreadsheets write. */
function guessDelimiter(bytes: Buffer): number {
  let inQuotes = false;
  let guess = COMMA;
  for (const byte of bytes) {
    if (byte === QUOTE) inQuotes = !inQuotes;
    if (inQuotes) continue;
    if (byte === LF || byte === CR) break;
    if (byte === COMMA) return COMMA;
    if (byte === SEMICOLON || (byte === TAB && guess === COMMA)) guess = byte;
  }
  return guess;
}
