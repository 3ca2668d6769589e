import type { RunSummary } from '../../protocol/runs';
import { searchField } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { formatDate, formatPercent } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from './panelContext';
import { RUN_STATES } from './runStates';

/** More runs than this are searched rather than read. */
const FEW = 8;

/** No run is chosen yet: the runs there are, or how to get one. */
export function emptyPage(context: PanelContext): Component {
  const element = el('main', { class: 'empty-page' });
  const heading = el('h1', {});
  const search = searchField(t('Search runs'), showRuns);
  const field = el('div', { class: 'run-search' }, search.element);
  const list = el('ul', { class: 'run-list' });
  const none = el('p', { class: 'empty', role: 'status' }, t('No run has these words.'));
  let all: readonly RunSummary[] = [];
  const changed = onChange();
  return {
    element,
    update({ run, runs, listed, failure }) {
      show(element, run === undefined && (listed || !failure));
      if (run || !changed(runs, listed)) return;
      all = runs;
      if (!listed) {
        const waiting = el('h1', { class: 'loading' }, icon('spinner'), t('Opening the run'));
        fill(element, el('div', { role: 'status' }, waiting));
      } else if (runs.length === 0) {
        setText(heading, t('No run yet'));
        fill(
          element,
          heading,
          el(
            'p',
            { class: 'quiet' },
            t(
              'Open a dataset (.csv, .tsv, .jsonl or .json) and choose “Tune a prompt” above its first line.',
            ),
          ),
        );
      } else {
        setText(heading, t('Choose a run'));
        if (!list.isConnected) fill(element, heading, field, list, none);
        show(field, runs.length > FEW);
        showRuns(search.value());
      }
    },
  };

  function showRuns(words: string): void {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter((one) => {
      const text = `${one.task} ${one.modelName} ${RUN_STATES[one.state].label}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
    fill(list, ...found.map((one) => runItem(one, context)));
    show(none, found.length === 0);
  }
}

function runItem(one: RunSummary, context: PanelContext): HTMLElement {
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
      el('span', { class: 'quiet run-model' }, one.modelName),
      el('span', { class: 'quiet run-date' }, formatDate(one.createdAt)),
      el('span', { class: 'badge', 'data-tone': state.tone }, icon(state.icon), state.label),
      el('b', { class: 'run-score' }, one.score === undefined ? '–' : formatPercent(one.score)),
    ),
  );
}
