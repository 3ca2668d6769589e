import { el, setText, show } from '../kit/dom';
import { formatCount } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { tabs } from '../kit/tabs';
import { classesTable } from './classesTable';
import type { CompareModel } from './comparedRuns';
import type { CompareContext, ComparePart } from './comparison';
import { curves } from './curves';
import { disagreementTable } from './disagreementTable';
import { head } from './head';
import { metricsTable } from './metricsTable';
import { settingsDiff } from './settingsDiff';
import { verdicts } from './verdicts';

export const TABS = ['overview', 'rows', 'settings'] as const;
export type Tab = (typeof TABS)[number];

/** The whole page: the runs at the top, and three tabs under them. */
export function page(context: CompareContext): ComparePart {
  const runs = head(context);
  const which = verdicts();
  const scores = metricsTable();
  const lines = curves(context);
  const classes = classesTable();
  const rows = disagreementTable(context);
  const settings = settingsDiff(context);

  const overview = el(
    'div',
    { class: 'stack' },
    which.element,
    scores.element,
    lines.element,
    classes.element,
  );
  const untested = el('p', { class: 'empty' });
  const rowsPanel = el('div', { class: 'stack' }, untested, rows.element);
  const settingsPanel = el('div', { class: 'stack' }, settings.element);
  const parts = tabs<Tab>(
    [
      { name: 'overview', label: t('Overview'), panel: overview },
      { name: 'rows', label: t('Differing rows'), panel: rowsPanel },
      { name: 'settings', label: t('Settings'), panel: settingsPanel },
    ],
    (tab) => context.keep({ tab }),
  );
  const main = el('main', {}, parts.element, overview, rowsPanel, settingsPanel);
  const lost = el(
    'p',
    { class: 'banner', role: 'status' },
    icon('spinner'),
    t('The training host is being started again. What is shown here may be out of date.'),
  );
  const empty = el('p', { class: 'empty' });
  const element = el('div', { class: 'page compare-page' }, lost, runs.element, empty, main);
  const components = [runs, which, scores, lines, classes, rows, settings];

  return {
    element,
    update(model, view, comparison) {
      show(lost, model.connection === 'lost');
      const any = comparison.runs.length > 0;
      show(main, any);
      show(empty, !any);
      setText(empty, whyEmpty(model));
      parts.select(TABS.find((one) => one === view.tab) ?? 'overview');
      const { answers, differing } = comparison;
      const compared = answers.contenders.length > 1;
      show(untested, !compared);
      setText(
        untested,
        t('There is nothing to compare row by row yet: a run is tested when its training is done.'),
      );
      for (const component of components) component.update(model, view, comparison);
      parts.setCount('rows', compared ? formatCount(differing.length) : '');
    },
  };
}

function whyEmpty({ chosen, places, runs }: CompareModel): string {
  if (!chosen || places.some(({ error }) => !error)) return t('Reading the runs…');
  return runs.length > 0
    ? t('Choose runs above, or select several in the sidebar and choose “Compare Runs”.')
    : t('There is no run in this workspace any more. Tune a task, and put its runs side by side here.');
}
