import { el, fill, onChange, show } from '../kit/dom';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Component } from './panelContext';

/** What the run has to say besides numbers: rows left out, texts cut, choices made. */
export function notices(): Component {
  const list = el('ul', { class: 'notices' });
  const element = el(
    'section',
    { class: 'card', 'aria-label': t('Notices') },
    el('h2', {}, t('Good to know')),
    list,
  );
  const changed = onChange();
  return {
    element,
    update({ run }) {
      const all = run?.progress.notices ?? [];
      if (!changed(run?.progress.notices)) return;
      show(element, all.length > 0);
      const warnings = all.filter(({ warning }) => warning);
      fill(
        list,
        ...[...warnings, ...all.filter(({ warning }) => !warning)].map(({ message, hint, warning }) =>
          el(
            'li',
            warning ? { class: 'warning' } : {},
            icon(warning ? 'warning' : 'info'),
            el('div', {}, el('p', {}, message), hint && el('p', { class: 'hint' }, hint)),
          ),
        ),
      );
    },
  };
}
