import type { Contender } from '../../protocol/metrics';
import { el } from '../kit/dom';
import { formatCount, formatPercent } from '../kit/format';
import { t } from '../kit/l10n';

const SHOWN = 6;

/** A model's answer with the probability of each label, likeliest first. */
export function answerBars(
  { predicted, probabilities }: { predicted: string; probabilities?: Record<string, number> },
  look: Contender,
): HTMLElement {
  if (!probabilities) return el('blockquote', { class: 'answer-text' }, predicted || t('(nothing)'));
  const sorted = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  const more = sorted.length - SHOWN;
  return el(
    'div',
    { class: `answer-bars ${look}` },
    el(
      'ol',
      {},
      ...sorted.slice(0, SHOWN).map(([label, share]) => {
        const bar = el('i', { class: 'answer-fill' });
        bar.style.width = `${share * 100}%`;
        return el(
          'li',
          { class: label === predicted ? 'chosen' : '' },
          el('span', { class: 'answer-label', title: label }, label),
          el('span', { class: 'answer-track', 'aria-hidden': 'true' }, bar),
          el('span', { class: 'answer-share' }, formatPercent(share)),
        );
      }),
    ),
    more > 0 && el('p', { class: 'hint' }, t('and {0} less likely', formatCount(more))),
  );
}
