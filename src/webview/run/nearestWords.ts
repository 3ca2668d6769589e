import type { VirtualTokenWords } from '../../protocol/runs';
import { el, fill, onChange, show } from '../kit/dom';
import { formatFixed } from '../kit/format';
import { t } from '../kit/l10n';
import type { Component } from './panelContext';

const GLIMPSE = 2;

/** Each virtual token by the words of the vocabulary that lie nearest to it; opened, with how near each is. */
export function nearestWords(): Component {
  const list = el('ol', { class: 'words' });
  const element = el(
    'section',
    { class: 'card', 'aria-label': t('Virtual tokens') },
    el('header', { class: 'card-head' }, el('h2', {}, t('Virtual tokens'))),
    el(
      'p',
      { class: 'hint' },
      t('The nearest words of the vocabulary by cosine similarity: nearest words, not an explanation.'),
    ),
    list,
  );
  const changed = onChange();
  return {
    element,
    update({ run }) {
      const tokens = run?.record.nearestWords;
      show(element, Boolean(tokens?.length));
      if (tokens && changed(tokens)) fill(list, ...tokens.map(token));
    },
  };
}

/** The nearest word with its similarity; the others behind it, which Enter or a click unfolds. */
function token({ token: index, nearest }: VirtualTokenWords): HTMLElement {
  const [first, ...rest] = nearest;
  return el(
    'li',
    { class: 'word' },
    el(
      'details',
      {},
      el(
        'summary',
        {},
        el('span', { class: 'word-index' }, index + 1),
        el('code', {}, first ? visible(first.word) : '–'),
        el(
          'span',
          { class: 'word-rest', 'aria-hidden': 'true' },
          rest
            .slice(0, GLIMPSE)
            .map(({ word }) => visible(word))
            .join('  '),
        ),
        ...(first ? similarity(first.similarity) : []),
      ),
      el(
        'ol',
        { class: 'word-list', 'aria-label': t('Nearest words of virtual token {0}', index + 1) },
        ...nearest.map((one) =>
          el('li', {}, el('code', {}, visible(one.word)), ...similarity(one.similarity)),
        ),
      ),
    ),
  );
}

function similarity(value: number): HTMLElement[] {
  const bar = el('i', { class: 'word-fill' });
  bar.style.width = `${Math.max(0, value) * 100}%`;
  return [
    el('span', { class: 'word-track', 'aria-hidden': 'true' }, bar),
    el('span', { class: 'word-similarity' }, formatFixed(value, 2)),
  ];
}

/** White space that matters in a vocabulary, made visible. */
function visible(word: string): string {
  return word.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥') || '∅';
}
