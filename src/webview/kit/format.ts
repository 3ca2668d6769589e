import { LANGUAGE, t } from './l10n';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const count = new Intl.NumberFormat(LANGUAGE);
const plural = new Intl.PluralRules(LANGUAGE);
/** Between a number's whole part and its fraction. */
const POINT = count.formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.';
/** English dates as `22 Nov`, the day before the month as everywhere else in the product. */
const DATES = /^en\b/.test(LANGUAGE) ? 'en-GB' : LANGUAGE;

/** What is counted, in both its forms. Another noun is a line more. */
const NOUNS = {
  row: (one: boolean, n: string) => (one ? t('{0} row', n) : t('{0} rows', n)),
  'test row': (one: boolean, n: string) => (one ? t('{0} test row', n) : t('{0} test rows', n)),
  'validation row': (one: boolean, n: string) =>
    one ? t('{0} validation row', n) : t('{0} validation rows', n),
  class: (one: boolean, n: string) => (one ? t('{0} class', n) : t('{0} classes', n)),
  column: (one: boolean, n: string) => (one ? t('{0} column', n) : t('{0} columns', n)),
  run: (one: boolean, n: string) => (one ? t('{0} run', n) : t('{0} runs', n)),
  token: (one: boolean, n: string) => (one ? t('{0} token', n) : t('{0} tokens', n)),
  'virtual token': (one: boolean, n: string) =>
    one ? t('{0} virtual token', n) : t('{0} virtual tokens', n),
  step: (one: boolean, n: string) => (one ? t('{0} step', n) : t('{0} steps', n)),
  epoch: (one: boolean, n: string) => (one ? t('{0} epoch', n) : t('{0} epochs', n)),
  validation: (one: boolean, n: string) => (one ? t('{0} validation', n) : t('{0} validations', n)),
  example: (one: boolean, n: string) => (one ? t('{0} example', n) : t('{0} examples', n)),
  thread: (one: boolean, n: string) => (one ? t('{0} thread', n) : t('{0} threads', n)),
} as const satisfies Record<string, (one: boolean, number: string) => string>;

export type Noun = keyof typeof NOUNS;

/** 12345 → `12,345`. */
export function formatCount(value: number): string {
  return count.format(Math.round(value));
}

/** 1 → `1 row`, 2 → `2 rows`. */
export function formatRows(value: number, noun: Noun = 'row'): string {
  return NOUNS[noun](plural.select(Math.round(value)) === 'one', formatCount(value));
}

/** 0.125, 2 → `0.13`: always that many digits after the point. */
export function formatFixed(value: number, digits: number): string {
  return withPoint(value.toFixed(digits));
}

/** 0.9074 → `90.7 %`; with no digits → `91 %`. */
export function formatPercent(share: number, digits = 1): string {
  return `${formatFixed(share * 100, digits)} %`;
}

/** A loss or rate in four significant digits, short: 0.6931, 12.35, 0.00003. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 0.001) return withPoint(value.toExponential(1));
  return withPoint(Number(value.toPrecision(4)).toString());
}

/** Seconds → `8 s`, `2 min 05 s`, `1 h 07 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (part: number): string => String(part).padStart(2, '0');
  if (whole < MINUTE) return t('{0} s', whole);
  if (whole < HOUR) return t('{0} min {1} s', Math.floor(whole / MINUTE), two(whole % MINUTE));
  return t('{0} h {1} min', Math.floor(whole / HOUR), two(Math.floor((whole % HOUR) / MINUTE)));
}

/** 134515008 → `135M`. */
export function formatParameters(parameters: number): string {
  if (parameters >= 1e9) return `${withPoint(String(Number((parameters / 1e9).toFixed(1))))}B`;
  if (parameters >= 1e6) return `${Math.round(parameters / 1e6)}M`;
  if (parameters >= 1e3) return `${Math.round(parameters / 1e3)}K`;
  return String(parameters);
}

/** An ISO date in the reader's own time: `22 Nov, 10:15`. */
export function formatDate(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString(DATES, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

/** The last part of a path of any platform. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).pop() || path;
}

/** A difference of two shares in percentage points: 0.193 → `19.3 points`. */
export function formatPoints(difference: number): string {
  const points = Math.abs(difference * 100).toFixed(1);
  return points === '1.0' ? t('{0} point', withPoint(points)) : t('{0} points', withPoint(points));
}

const MOST_COUNTED = 100_000;

/** `19 of 42`; a share where the numbers are too long to read, as bytes are. */
export function formatPart(done: number, total: number): string {
  return total > MOST_COUNTED
    ? formatPercent(done / total, 0)
    : t('{0} of {1}', formatCount(done), formatCount(total));
}

/** A number as JavaScript writes it, with the display language's decimal point. */
function withPoint(number: string): string {
  return number.replace('.', POINT);
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** 1_234_000_000 → `1.23 GB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${withPoint(String(Number((bytes / 1000 ** power).toPrecision(3))))} ${BYTE_UNITS[power]}`;
}
