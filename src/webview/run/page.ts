import type { PanelState } from '../../protocol/panel';
import { lossChart } from '../charts/lossChart';
import { paceCharts } from '../charts/paceCharts';
import { validationChart } from '../charts/validationChart';
import { el, setText, show } from '../kit/dom';
import { formatCount } from '../kit/format';
import { t } from '../kit/l10n';
import { tabs } from '../kit/tabs';
import { playground } from '../playground/playground';
import { useCard } from '../playground/useCard';
import { classMetrics } from '../predictions/classMetrics';
import { confusionMatrix, FEW_CLASSES } from '../predictions/confusionMatrix';
import { predictionsTable } from '../predictions/predictionsTable';
import { type ShownRows, shownRows } from '../predictions/shownRows';
import { alertCards } from './alertCards';
import { connection } from './connection';
import { details } from './details';
import { earlyEnd } from './earlyEnd';
import { emptyPage } from './emptyPage';
import { failedRequest, failedRun } from './failure';
import { header } from './header';
import { nearestWords } from './nearestWords';
import { notices } from './notices';
import type { Component, PanelContext } from './panelContext';
import { phases } from './phases';
import { RUN_STATES } from './runStates';
import type { PanelModel, ShownRun } from './store';
import type { Tab } from './tab';
import { verdict } from './verdict';

/** The whole page: the head, and its tabs under it. */
export function page(context: PanelContext): Component {
  const head = header(context);
  const host = connection(context);
  const refusal = failedRequest(context);
  const trouble = failedRun(context);
  const early = earlyEnd();
  const empty = emptyPage(context);

  const preparing = phases();
  const alerts = alertCards(context);
  const result = verdict(context);
  const loss = lossChart(context);
  const validation = validationChart(context);
  const pace = paceCharts(context);
  const use = useCard(context);
  const words = nearestWords();
  const said = notices();
  const charts = el('div', { class: 'charts' }, loss.element, validation.element);
  const overview = el(
    'div',
    { class: 'stack' },
    preparing.element,
    alerts.element,
    result.element,
    charts,
    pace.element,
    use.element,
    words.element,
    said.element,
  );

  const table = predictionsTable(context);
  const matrix = confusionMatrix(context);
  const classes = classMetrics(context);
  const untested = el('p', { class: 'empty' });
  const side = el('div', { class: 'test-side' }, matrix.element, classes.element);
  const test = el('div', { class: 'test' }, untested, side, table.element);
  const trying = playground(context);
  const about = details(context);

  const parts = tabs<Tab>(
    [
      { name: 'overview', label: t('Overview'), panel: overview },
      { name: 'predictions', label: t('Predictions'), panel: test },
      { name: 'playground', label: t('Playground'), panel: trying.element },
      { name: 'details', label: t('Details'), panel: about.element },
    ],
    (tab) => context.keep({ tab }),
  );
  const panels = [overview, test, trying.element, about.element];
  const main = el('main', {}, trouble.element, early.element, parts.element, ...panels);
  const shell = el('div', { class: 'shell' }, head.element, main);
  const element = el('div', { class: 'page' }, host.element, refusal.element, shell, empty.element);
  const overviewParts = [preparing, alerts, result, loss, validation, pace, use, words, said];
  const rows = [table, matrix, classes];
  const components = [host, refusal, head, trouble, early, empty, ...overviewParts, ...rows, trying, about];

  return {
    element,
    update(model: PanelModel, view: PanelState) {
      const { run } = model;
      show(shell, run !== undefined);
      if (run) arrange(run, view);
      for (const component of components) component.update(model, view);
    },
  };

  function arrange(run: ShownRun, view: PanelState): void {
    const { progress } = run;
    const shown = shownRows(run, view);
    parts.select((view.tab as Tab | undefined) ?? 'overview');
    parts.setCount('predictions', shown ? formatCount(shown.predictions.length) : '');
    const { state, curve, evaluations } = progress;
    show(charts, curve.step.length > 0 || evaluations.length > 0 || RUN_STATES[state].live);
    const awaited = awaitedRows(run, shown);
    show(untested, awaited !== '');
    setText(untested, awaited);
    untested.className = shown ? 'hint awaited' : 'empty';
    const tuned = shown?.metrics;
    const many = tuned?.kind === 'label' && tuned.confusion.labels.length > FEW_CLASSES;
    test.classList.toggle('many-classes', many);
  }
}

/** What is still to come of the predictions. */
function awaitedRows({ record, predictions, progress }: ShownRun, shown: ShownRows | undefined): string {
  if (predictions.length > 0) return '';
  if (record.results.tuned && !RUN_STATES[progress.state].live)
    return t('The answers to the test rows cannot be read any more: Evaluate asks for them again.');
  if (!RUN_STATES[progress.state].live)
    return t('This run has not been tested: Evaluate answers its test rows.');
  if (shown) return t('The test rows are answered once, with the best prompt, when training is done.');
  return t('The validation rows come with the first validation, the test rows when training is done.');
}
