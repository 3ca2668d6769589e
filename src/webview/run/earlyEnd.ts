import { el, fill, onChange, show } from '../kit/dom';
import { formatCount } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Component } from './panelContext';
import type { ShownRun } from './store';

/** What became of a run that ended before its last step, and what can be done with it. */
export function earlyEnd(): Component {
  const element = el('section', { 'aria-label': t('How the run ended') });
  const changed = onChange();
  return {
    element,
    update({ run }) {
      const state = run?.progress.state;
      const early = state === 'interrupted' || state === 'cancelled';
      show(element, early);
      if (!run || !early || !changed(run.record, run.progress)) return;
      const interrupted = state === 'interrupted';
      element.className = `banner ${interrupted ? 'attention' : 'neutral'}`;
      const prompt = bestSoFar(run);
      fill(
        element,
        icon(interrupted ? 'warning' : 'stop'),
        el(
          'div',
          { class: 'banner-body' },
          el('h2', {}, interrupted ? t('This run was interrupted') : t('This run was cancelled')),
          el('p', {}, whereItStopped(run, interrupted)),
          prompt && el('p', { class: 'hint' }, prompt),
        ),
      );
    },
  };
}

function whereItStopped({ record, progress }: ShownRun, interrupted: boolean): string {
  const step = progress.curve.step.at(-1);
  if (step === undefined) return t('It ended before its first step. Resume begins with that.');
  const places = [formatCount(step), formatCount(record.steps)] as const;
  return interrupted
    ? t(
        'The process that trained it ended at step {0} of {1}. Resume goes on from its last checkpoint.',
        ...places,
      )
    : t('It ended after step {0} of {1}. Resume goes on from there.', ...places);
}

function bestSoFar({ record }: ShownRun): string | undefined {
  if (!record.best || record.results.tuned) return undefined;
  return t(
    'Its best prompt so far, of step {0}, can be tried in the playground, and Evaluate tests it.',
    formatCount(record.best.step),
  );
}
