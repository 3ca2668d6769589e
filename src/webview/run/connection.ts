import { button } from '../kit/controls';
import { el, fill, onChange, show } from '../kit/dom';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from './panelContext';

const WORDS = {
  starting: ['spinner', t('The training host is starting'), ''],
  lost: [
    'spinner',
    t('The training host stopped; it is being started again'),
    t('A run that was under way can be resumed from its last checkpoint.'),
  ],
} as const;

/** Says when there is nobody to talk to. */
export function connection(context: PanelContext): Component {
  const element = el('section', { class: 'banner attention', role: 'status' });
  const changed = onChange();
  return {
    element,
    update({ connection: state }) {
      if (!changed(state)) return;
      show(element, state !== 'ready');
      if (state === 'ready') return;
      const [look, title, more] = WORDS[state];
      fill(
        element,
        icon(look),
        el(
          'div',
          { class: 'banner-body' },
          el('h2', {}, title),
          more && el('p', { class: 'hint' }, more),
          state === 'lost' &&
            el(
              'div',
              { class: 'banner-actions' },
              button({ label: t('Open log'), icon: 'log', onClick: () => context.send({ type: 'openLog' }) }),
            ),
        ),
      );
    },
  };
}
