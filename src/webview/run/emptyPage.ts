import { el, fill, onChange, show } from '../kit/dom';
import { formatDate, formatPercent } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from './panelContext';
import { RUN_STATES } from './runStates';

/** No run is chosen yet: the runs there are, or how to get one. */
export function emptyPage(context: PanelContext): Component {
  const element = el('main', { class: 'empty-page' });
  const changed = onChange();
  return {
    element,
    update({ run, runs, listed, failure }) {
      show(element, run === undefined && (listed || !failure));
      if (run || !changed(runs, listed)) return;
      if (!listed) {
        fill(element, el('p', { class: 'loading', role: 'status' }, icon('spinner'), t('Opening the run')));
        return;
      }
      if (runs.length === 0) {
        fill(
          element,
          el('h1', {}, t('No run yet')),
          el(
            'p',
            { class: 'quiet' },
            t(
              'Open a dataset (.csv, .tsv, .jsonl or .json) and choose “Tune a prompt” above its first line.',
            ),
          ),
        );
        return;
      }
      fill(
        element,
        el('h1', {}, t('Choose a run')),
        el(
          'ul',
          { class: 'run-list' },
          ...runs.map((one) => {
            const state = RUN_STATES[one.state];
            return el(
              'li',
              {},
              el(
                'button',
                {
                  type: 'button',
                  class: 'run-item',
                  on: { click: () => context.send({ type: 'selectRun', folder: one.folder }) },
                },
                el('span', { class: 'run-name' }, one.task),
                el('span', { class: 'quiet run-date' }, formatDate(one.createdAt)),
                el('span', { class: 'badge', 'data-tone': state.tone }, icon(state.icon), state.label),
                el('b', { class: 'run-score' }, one.score === undefined ? '–' : formatPercent(one.score)),
              ),
            );
          }),
        ),
      );
    },
  };
}
