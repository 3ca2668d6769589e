import { button } from '../kit/controls';
import { el, setAttribute, setText, show } from '../kit/dom';
import { formatPercent } from '../kit/format';
import { t } from '../kit/l10n';
import type { FormContext, FormModel } from './formModel';
import type { FormPart } from './settingField';

/** The task's name and what can be done with it; stays in view. */
export function formHead(context: FormContext): FormPart {
  const title = el('h1', {});
  const state = el('p', { class: 'subtitle' });
  const tune = button({
    label: t('Tune'),
    icon: 'play',
    primary: true,
    onClick: () => context.command('tune'),
  });
  const panel = button({ label: t('Open Panel'), onClick: () => context.command('openPanel') });
  const evaluate = button({
    label: t('Evaluate'),
    icon: 'beaker',
    onClick: () => context.command('evaluate'),
  });
  const text = button({
    label: t('Open as Text'),
    icon: 'file',
    onClick: () => context.send({ type: 'openText' }),
  });
  return {
    element: el(
      'header',
      { class: 'form-head' },
      el('div', { class: 'form-head-title' }, title, state),
      el('div', { class: 'actions' }, tune, evaluate, panel, text),
    ),
    update(model) {
      const { runs, check, task } = model;
      setText(title, task.name);
      setText(state, stateOf(model));
      const wrong = check?.problems.some(({ severity }) => severity === 'error') ?? false;
      setAttribute(tune, 'disabled', Boolean(task.broken) || wrong || runs?.live || !model.trusted);
      show(tune, !runs?.live);
      show(evaluate, runs?.ended === true && !runs.live);
      show(panel, runs?.ended === true || runs?.live === true);
    },
  };
}

/** The newest result, or what stands in the way of one. */
function stateOf({ runs, check, task }: FormModel): string {
  if (task.broken) return task.broken.message;
  if (runs?.live) return t('Is being tuned');
  const errors = check?.problems.filter(({ severity }) => severity === 'error').length ?? 0;
  if (errors > 0)
    return errors === 1
      ? t('One problem to solve before tuning')
      : t('{0} problems to solve before tuning', errors);
  if (runs?.score !== undefined && runs.baseline !== undefined) {
    return t('Last run: {0}, best hard prompt {1}', formatPercent(runs.score), formatPercent(runs.baseline));
  }
  if (runs?.score !== undefined) return t('Last run: {0}', formatPercent(runs.score));
  return check ? t('Ready to tune') : '';
}
