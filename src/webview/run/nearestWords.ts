import { el, fill, onChange, show } from '../kit/dom';
import type { Component } from './panelContext';

const SHOWN = 3;

/** Each virtual token by the words of the vocabulary that lie nearest to it. */
export function nearestWords(): Component {
  const list = el('ol', { class: 'words' });
  const element = el(
    'section',
    { class: 'card', 'aria-label': 'Virtual tokens' },
    el('header', { class: 'card-head' }, el('h2', {}, 'Virtual tokens')),
    el(
      'p',
      { class: 'hint' },
      'The nearest words of the vocabulary by cosine similarity: nearest words, not an explanation.',
    ),
    list,
  );
  const changed = onChange();
  return {
    element,
    update({ run }) {
      const tokens = run?.record.nearestWords;
      show(element, Boolean(tokens?.length));
      if (!tokens || !changed(tokens)) return;
      fill(
        list,
        ...tokens.map(({ token, nearest }) => {
          const [first, ...rest] = nearest.slice(0, SHOWN);
          const title = nearest
            .map(({ word, similarity }) => `${visible(word)} ${similarity.toFixed(2)}`)
            .join('\n');
          return el(
            'li',
            { class: 'word', title },
            el('span', { class: 'word-index' }, token + 1),
            el('code', {}, first ? visible(first.word) : '–'),
            el('span', { class: 'word-rest' }, rest.map(({ word }) => visible(word)).join('  ')),
            el('span', { class: 'word-similarity' }, first ? first.similarity.toFixed(2) : ''),
          );
        }),
      );
    },
  };
}

/** White space that matters in a vocabulary, made visible. */
function visible(word: string): string {
  return word.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥') || '∅';
}
