import { decimal } from '../../protocol/l10n';

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** Bytes for people, in powers of 1000: `98.4 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : decimal(value, 1)} ${UNITS[unit]}`;
}
