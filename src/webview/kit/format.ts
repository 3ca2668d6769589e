const count = new Intl.NumberFormat('en-US');
const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** 12345 → `12,345`. */
export function formatCount(value: number): string {
  return count.format(Math.round(value));
}

/** 1 → `1 row`, 2 → `2 rows`. */
export function formatRows(value: number, noun = 'row'): string {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** 0.9074 → `90.7 %`; with no digits → `91 %`. */
export function formatPercent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** A loss or rate in four significant digits, short: 0.6931, 12.35, 0.00003. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1);
  return Number(value.toPrecision(4)).toString();
}

/** Seconds → `8 s`, `2 min 05 s`, `1 h 07 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${String(whole % MINUTE).padStart(2, '0')} s`;
  return `${Math.floor(whole / HOUR)} h ${String(Math.floor((whole % HOUR) / MINUTE)).padStart(2, '0')} min`;
}

/** 134515008 → `135M`. */
export function formatParameters(parameters: number): string {
  if (parameters >= 1e9) return `${Number((parameters / 1e9).toFixed(1))}B`;
  if (parameters >= 1e6) return `${Math.round(parameters / 1e6)}M`;
  if (parameters >= 1e3) return `${Math.round(parameters / 1e3)}K`;
  return String(parameters);
}

/** An ISO date in the reader's own time: `22 Nov, 10:15`. */
export function formatDate(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}

/** The last part of a path of any platform. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).pop() || path;
}

/** A difference of two shares in percentage points: 0.193 → `19.3 points`. */
export function formatPoints(difference: number): string {
  const points = Math.abs(difference * 100).toFixed(1);
  return `${points} point${points === '1.0' ? '' : 's'}`;
}

const MOST_COUNTED = 100_000;

/** `19 of 42`; a share where the numbers are too long to read, as bytes are. */
export function formatPart(done: number, total: number): string {
  return total > MOST_COUNTED
    ? formatPercent(done / total, 0)
    : `${formatCount(done)} of ${formatCount(total)}`;
}
