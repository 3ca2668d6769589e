import { button } from '../kit/controls';
import { el, show } from '../kit/dom';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from '../run/panelContext';
import { waitingFor } from './readiness';

/** What can be done with a prompt once there is one: try it here, or take it elsewhere. */
export function useCard(context: PanelContext): Component {
  const trying = way(
    t('Try the prompt on a text of your own, beside the base model with a hard prompt.'),
    button({
      label: t('Open the playground'),
      icon: 'beaker',
      onClick: () => context.keep({ tab: 'playground' }),
    }),
  );
  const taking = way(
    t(
      'Use it in a program of your own: “adapter”, in the run’s folder, is what PEFT in Python loads beside the base model.',
    ),
    button({
      label: t('Show the adapter'),
      icon: 'folder',
      onClick: () => context.send({ type: 'openRunFolder', part: 'adapter' }),
    }),
  );
  const element = el('section', { class: 'card use', 'aria-label': t('Use the prompt') }, trying, taking);
  return {
    element,
    update({ run, connection }) {
      show(element, run !== undefined && waitingFor(run, connection) === undefined);
    },
  };
}

function way(text: string, action: HTMLElement): HTMLElement {
  return el('div', { class: 'use-way' }, el('p', {}, text), action);
}
