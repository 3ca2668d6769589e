import type { Contender as Kind } from '../../protocol/metrics';
import { el, svg } from '../kit/dom';
import { t } from '../kit/l10n';
import type { Contender } from './answers';

/** Strokes and gaps of each run's line: runs are told apart by more than their colour. */
export const DASHES: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [4, 2],
  [14, 4],
  [1, 5],
  [6, 2, 2, 2, 2, 2],
];

/** A → 0. */
export function indexOf(letter: string): number {
  return letter.charCodeAt(0) - 'A'.charCodeAt(0);
}

/** The colour variable of a run in compare.css. */
export function colourOf(letter: string): string {
  return `--run-${indexOf(letter)}`;
}

/** A piece of the run's line, as in the charts. */
export function swatch(letter: string): SVGElement {
  const line = svg('line', { x1: '0', y1: '5', x2: '28', y2: '5', 'stroke-width': '2' });
  line.style.stroke = `var(${colourOf(letter)})`;
  line.style.strokeDasharray = (DASHES[indexOf(letter)] ?? []).join(' ');
  return svg(
    'svg',
    { class: 'run-line', viewBox: '0 0 28 10', width: '28', height: '10', 'aria-hidden': 'true' },
    line,
  );
}

/** The letter of a run or hard prompt, in a box of its colour. */
export function letterBox(letter: string): HTMLElement {
  const box = el('span', { class: 'letter' }, letter);
  if (!letter.startsWith('H')) box.style.borderColor = `var(${colourOf(letter)})`;
  return box;
}

export function kindName(kind: Kind): string {
  if (kind === 'tuned') return t('tuned prompt');
  return kind === 'zero-shot' ? t('zero-shot') : t('few-shot');
}

/** `run A`, or `the few-shot prompt`; with a letter where there are several of them. */
export function nameOf({ kind, letter }: Contender): string {
  if (kind === 'tuned') return t('run {0}', letter);
  if (letter !== 'H')
    return kind === 'zero-shot' ? t('zero-shot ({0})', letter) : t('few-shot ({0})', letter);
  return kindName(kind);
}
