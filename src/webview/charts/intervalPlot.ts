import type { Interval } from '../../protocol/metrics';
import { el } from '../kit/dom';
import { formatFixed, formatPercent } from '../kit/format';
import { t } from '../kit/l10n';

export interface IntervalRow {
  name: string;
  /** A class of webview.css that sets the colour. */
  look: 'tuned' | 'zero-shot' | 'few-shot';
  value: number;
  interval?: Interval;
}

/** Shares as dots with their 95 % intervals as whiskers, on one common scale. */
export function intervalPlot(caption: string, rows: readonly IntervalRow[]): HTMLElement {
  const ends = rows.flatMap(({ value, interval }) => [value, ...(interval ?? [])]);
  const scale = niceScale(Math.min(...ends), Math.max(...ends));
  const at = (value: number) => `${((value - scale.low) / (scale.high - scale.low)) * 100}%`;
  return el(
    'div',
    { class: 'interval-plot', role: 'table', 'aria-label': caption },
    ...rows.map((row) =>
      el(
        'div',
        { class: `interval-row ${row.look}`, role: 'row' },
        el('span', { class: 'interval-name', role: 'rowheader' }, row.name),
        el('span', { class: 'interval-track', role: 'cell', 'aria-label': describe(row) }, ...marks(row, at)),
        el(
          'span',
          { class: 'interval-value', role: 'cell' },
          el('b', {}, formatPercent(row.value)),
          row.interval && el('small', {}, formatInterval(row.interval)),
        ),
      ),
    ),
    axis(scale.ticks, at),
  );
}

/** `84.8 to 94.5`: an interval in per cent. */
export function formatInterval([low, high]: Interval): string {
  return t('{0} to {1}', formatFixed(low * 100, 1), formatFixed(high * 100, 1));
}

function marks({ value, interval }: IntervalRow, at: (value: number) => string): HTMLElement[] {
  const dot = el('i', { class: 'interval-dot' });
  dot.style.left = at(value);
  const line = el('i', { class: 'interval-line' });
  if (!interval) return [line, dot];
  const whisker = el('i', { class: 'interval-whisker' });
  whisker.style.left = at(interval[0]);
  whisker.style.right = `calc(100% - ${at(interval[1])})`;
  return [line, whisker, dot];
}

function axis(ticks: number[], at: (value: number) => string): HTMLElement {
  const track = el('span', { class: 'interval-ticks' });
  for (const value of ticks) {
    const tick = el('span', { class: 'interval-tick' }, formatPercent(value, 0));
    tick.style.left = at(value);
    track.append(tick);
  }
  return el('div', { class: 'interval-axis', 'aria-hidden': 'true' }, track);
}

function describe({ value, interval }: IntervalRow): string {
  return interval
    ? t('{0}, 95 % interval {1}', formatPercent(value), formatInterval(interval))
    : formatPercent(value);
}

/** Round ends and three to six ticks around a range of shares. */
export function niceScale(low: number, high: number): { low: number; high: number; ticks: number[] } {
  const step = [0.02, 0.05, 0.1, 0.2].find((one) => (high - low) / one <= 4) ?? 0.25;
  const first = Math.max(0, Math.floor(low / step + 1e-9));
  const last = Math.min(Math.round(1 / step), Math.ceil(high / step - 1e-9));
  const end = Math.max(last, first + 1);
  const ticks = Array.from({ length: end - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: end * step, ticks };
}
