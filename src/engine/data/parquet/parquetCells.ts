import { isUtf8 } from 'node:buffer';
import type { ParquetParsers, SchemaTree } from 'hyparquet';

const DAY = 86_400_000;
const FLOAT_DIGITS = [6, 7, 8, 9] as const;

/** Dates and times become text at once, as ISO 8601 writes them; what holds JSON already stays as it is. */
export const TEXT_PARSERS: Partial<ParquetParsers> = {
  dateFromDays: (days) => isoDate(days * DAY).slice(0, -'T00:00:00.000Z'.length),
  timestampFromMilliseconds: (milliseconds) => isoDate(Number(milliseconds)),
  timestampFromMicroseconds: (microseconds) => isoDate(Number(microseconds / 1_000n)),
  timestampFromNanoseconds: (nanoseconds) => isoDate(Number(nanoseconds / 1_000_000n)),
  jsonFromBytes: (bytes) => bytes && Buffer.from(bytes).toString('utf8'),
};

/** How the values of a column are written as cells. Null is an empty cell, lists and groups are JSON. */
export function cellWriter({ element, children }: SchemaTree): (value: unknown) => string {
  const scale = element.logical_type?.type === 'DECIMAL' ? element.logical_type.scale : element.scale;
  const decimal = element.logical_type?.type === 'DECIMAL' || element.converted_type === 'DECIMAL';
  const float = element.type === 'FLOAT' && children.length === 0;
  return (value) => {
    if (typeof value === 'string') return value;
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') {
      if (decimal) return value.toFixed(scale ?? 0);
      return float ? shortFloat(value) : String(value);
    }
    if (value instanceof Uint8Array) return bytesText(value);
    return typeof value === 'object' ? JSON.stringify(value, plainValue) : String(value);
  };
}

/** What JSON has no form for: large whole numbers are numbers all the same, bytes are text or their length. */
function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value instanceof Uint8Array ? bytesText(value) : value;
}

/** Old writers do not say that their bytes are text. */
function bytesText(bytes: Uint8Array): string {
  return isUtf8(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    : `(${bytes.length} bytes)`;
}

/** The shortest text that is this 32-bit number: 0.1 and not 0.10000000149011612. */
function shortFloat(value: number): string {
  const digits = FLOAT_DIGITS.find((count) => Math.fround(Number(value.toPrecision(count))) === value);
  return digits === undefined ? String(value) : String(Number(value.toPrecision(digits)));
}

/** Years that ISO 8601 cannot write are left as their number. */
function isoDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}
