import { l10n } from '../../../protocol/l10n';
import { CHAT_LIMITS } from './limits';

/** Names that every chat template may use, as Transformers gives them. */
export const TEMPLATE_GLOBALS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  raise_exception: (message: unknown) => {
    throw new Error(String(message));
  },
  range,
  strftime_now: (format: unknown) => dateAs(String(format)),
};

/** Python's range, as far as a template may go. */
function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0) throw new Error(l10n`range() has a step of 0`);
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= CHAT_LIMITS.elements)) {
    throw new Error(l10n`range() has more than ${CHAT_LIMITS.elements} numbers`);
  }
  return Array.from({ length: count }, (_, i) => from + i * step);
}

/**
 * Templates that write today's date get this one, which Llama's own falls back to: 26 July 2024. A prompt must be the same
 * tomorrow as when it was tuned.
 */
const DATE: Readonly<Record<string, string>> = {
  '%a': 'Fri',
  '%A': 'Friday',
  '%d': '26',
  '%b': 'Jul',
  '%B': 'July',
  '%m': '07',
  '%Y': '2024',
  '%y': '24',
  '%H': '00',
  '%M': '00',
  '%S': '00',
  '%%': '%',
};

/** The fields of Python's strftime that templates use. */
function dateAs(format: string): string {
  return format.replace(/%./g, (field) => DATE[field] ?? field);
}
