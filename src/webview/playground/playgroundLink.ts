import { button } from '../kit/controls';
import { el, show } from '../kit/dom';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from '../run/panelContext';
import { waitingFor } from './readiness';

/** From the overview to the playground, once there is a prompt to try. */
export function playgroundLink(context: PanelContext): Component {
  const element = el(
    'section',
    { class: 'card playground-link', 'aria-label': t('Playground') },
    el('p', {}, t('Try the prompt on a text of your own, beside the base model with a hard prompt.')),
    button({
      label: t('Open the playground'),
      icon: 'beaker',
      onClick: () => context.keep({ tab: 'playground' }),
    }),
  );
  return {
    element,
    update({ run, connection }) {
      show(element, run !== undefined && waitingFor(run, connection) === undefined);
    },
  };
}
