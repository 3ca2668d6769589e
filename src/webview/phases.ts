import { el, fill, onChange, show } from './dom';
import { formatCount } from './format';
import { icon } from './icons';
import type { Component } from './panelContext';
import type { Phase, RunProgress } from './runProgress';

/** What goes on before the first step and after the last: loading, baselines, testing. */
export function phases(): Component {
  const heading = el('h2', {});
  const list = el('ol', { class: 'phases' });
  const element = el('section', { class: 'card', 'aria-label': 'Progress' }, heading, list);
  const changed = onChange();
  return {
    element,
    update({ run }) {
      const progress = run?.progress;
      const visible = progress?.state === 'preparing' || progress?.state === 'testing';
      show(element, visible);
      if (!visible || !changed(progress.phases, progress.state)) return;
      fill(heading, progress.state === 'preparing' ? 'Getting ready' : 'Testing on held-out rows');
      const shown = underWay(progress);
      fill(list, ...shown.map((phase, index) => line(phase, index === shown.length - 1)));
      if (shown.length === 0) fill(list, line({ name: 'Starting', done: 0, total: 0 }, true));
    },
  };
}

/** While testing, the phases of preparation are old news. */
function underWay({ phases: all, state, curve }: RunProgress): Phase[] {
  return state === 'testing' && curve.step.length > 0 ? all.slice(-1) : all;
}

function line({ name, done, total }: Phase, last: boolean): HTMLElement {
  const complete = total > 0 && done >= total;
  const current = last && !complete;
  const bar = el('span', { class: 'progress-fill' });
  bar.style.width = `${total > 0 ? (done / total) * 100 : 0}%`;
  const counted = total > 1 && current;
  return el(
    'li',
    { class: `phase ${current ? 'current' : 'done'}` },
    icon(current ? 'spinner' : 'check'),
    el(
      'span',
      { class: 'phase-name' },
      name,
      el('span', { class: 'sr-only' }, current ? ', under way' : ', done'),
    ),
    counted && el('span', { class: 'phase-bar progress' }, bar),
    counted && el('span', { class: 'phase-count' }, `${formatCount(done)} of ${formatCount(total)}`),
  );
}
