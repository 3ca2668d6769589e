import { el, fill, onChange, show } from '../kit/dom';
import { formatPart } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { phaseName } from '../kit/phaseName';
import type { Component } from './panelContext';
import { isDone, type Phase } from './runProgress';

/** What goes on before the first step and after the last: loading, baselines, testing. */
export function phases(): Component {
  const heading = el('h2', {});
  const list = el('ol', { class: 'phases' });
  const element = el('section', { class: 'card', 'aria-label': t('Progress') }, heading, list);
  const changed = onChange();
  return {
    element,
    update({ run }) {
      const progress = run?.progress;
      const waiting = progress?.state === 'training' && progress.curve.step.length === 0;
      const visible = progress?.state === 'preparing' || progress?.state === 'testing' || waiting;
      show(element, visible);
      if (!visible || !changed(progress.phases, progress.state)) return;
      fill(heading, progress.state === 'testing' ? t('Testing on held-out rows') : t('Getting ready'));
      const shown = progress.phases;
      fill(list, ...shown.map((phase, index) => line(phase, index === shown.length - 1)));
      if (shown.length === 0) fill(list, line({ name: t('Starting'), done: 0, total: 0 }, true));
    },
  };
}

function line(phase: Phase, last: boolean): HTMLElement {
  const { name, done, total } = phase;
  const current = last && !isDone(phase);
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
      capitalised(phaseName(name)),
      el('span', { class: 'sr-only' }, current ? t(', under way') : t(', done')),
    ),
    counted && el('span', { class: 'phase-bar progress' }, bar),
    counted && el('span', { class: 'phase-count' }, formatPart(done, total)),
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
