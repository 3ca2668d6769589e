import type { PanelState } from '../../protocol/panel';
import { lossChart } from '../charts/lossChart';
import { paceCharts } from '../charts/paceCharts';
import { validationChart } from '../charts/validationChart';
import { el, show } from '../kit/dom';
import { formatCount } from '../kit/format';
import { tabs } from '../kit/tabs';
import { tryBox } from '../playground/tryBox';
import { classMetrics } from '../predictions/classMetrics';
import { confusionMatrix, FEW_CLASSES } from '../predictions/confusionMatrix';
import { predictionsTable } from '../predictions/predictionsTable';
import { connection } from './connection';
import { details } from './details';
import { emptyPage } from './emptyPage';
import { failedRequest, failedRun } from './failure';
import { header } from './header';
import { nearestWords } from './nearestWords';
import { notices } from './notices';
import type { Component, PanelContext } from './panelContext';
import { phases } from './phases';
import { RUN_STATES } from './runStates';
import type { PanelModel, ShownRun, Tab } from './store';
import { verdict } from './verdict';

/** The whole page: the head, and three tabs under it. */
export function page(context: PanelContext): Component {
  const head = header(context);
  const link = connection(context);
  const refusal = failedRequest(context);
  const trouble = failedRun(context);
  const empty = emptyPage(context);

  const preparing = phases();
  const result = verdict();
  const loss = lossChart(context);
  const validation = validationChart(context);
  const pace = paceCharts(context);
  const trial = tryBox(context);
  const words = nearestWords();
  const said = notices();
  const charts = el('div', { class: 'charts' }, loss.element, validation.element);
  const overview = el(
    'div',
    { class: 'stack' },
    preparing.element,
    result.element,
    charts,
    pace.element,
    trial.element,
    words.element,
    said.element,
  );

  const table = predictionsTable(context);
  const matrix = confusionMatrix(context);
  const classes = classMetrics(context);
  const untested = el('p', { class: 'empty' });
  const side = el('div', { class: 'test-side' }, matrix.element, classes.element);
  const test = el('div', { class: 'test' }, untested, side, table.element);
  const about = details(context);

  const parts = tabs<Tab>(
    [
      { name: 'overview', label: 'Overview', panel: overview },
      { name: 'test', label: 'Test rows', panel: test },
      { name: 'details', label: 'Details', panel: about.element },
    ],
    (tab) => context.keep({ tab }),
  );
  const main = el('main', {}, trouble.element, parts.element, overview, test, about.element);
  const shell = el('div', { class: 'shell' }, head.element, main);
  const element = el('div', { class: 'page' }, link.element, refusal.element, shell, empty.element);
  const overviewParts = [preparing, result, loss, validation, pace, trial, words, said];
  const components = [link, refusal, head, trouble, empty, ...overviewParts, table, matrix, classes, about];

  return {
    element,
    update(model: PanelModel, view: PanelState) {
      const { run } = model;
      show(shell, run !== undefined);
      if (run) arrange(run, view);
      for (const component of components) component.update(model, view);
    },
  };

  function arrange({ progress, predictions, record }: ShownRun, view: PanelState): void {
    parts.select((view.tab as Tab | undefined) ?? 'overview');
    parts.setCount('test', predictions.length > 0 ? formatCount(predictions.length) : '');
    const { state, curve, evaluations } = progress;
    show(charts, curve.step.length > 0 || evaluations.length > 0 || RUN_STATES[state].live);
    show(trial.element, !RUN_STATES[state].live && curve.step.length > 0);
    show(untested, predictions.length === 0);
    untested.textContent = RUN_STATES[state].live
      ? 'The test rows are answered once, with the best prompt, when training is done.'
      : 'This run has not been tested.';
    const tuned = record.results.tuned;
    const many = tuned?.kind === 'label' && tuned.confusion.labels.length > FEW_CLASSES;
    test.classList.toggle('many-classes', many);
  }
}
