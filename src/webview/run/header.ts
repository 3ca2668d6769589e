import type { PanelState } from '../../protocol/panel';
import { button, choice } from '../kit/controls';
import { el, fill, onChange, setAttribute, setText, show } from '../kit/dom';
import {
  formatCount,
  formatDate,
  formatDuration,
  formatNumber,
  formatParameters,
  formatPart,
  formatPercent,
  formatRows,
} from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { phaseName } from '../kit/phaseName';
import type { Component, PanelContext } from './panelContext';
import { elapsedSeconds, secondsLeft, tokensPerSecond } from './runProgress';
import { ACTIONS, type ActionName, RUN_STATES } from './runStates';
import type { PanelModel, ShownRun } from './store';

/** The run's name, state and pace, and what can be done now. */
export function header(context: PanelContext): Component {
  const title = el('h1', {});
  const badge = el('span', { class: 'badge', role: 'status' });
  const subtitle = el('p', { class: 'subtitle' });
  const buttons = el('div', { class: 'actions' });
  const runs = choice(t('Show another run'), (folder) => context.send({ type: 'selectRun', folder }));
  const bar = el('div', { class: 'progress-fill' });
  const progress = el(
    'div',
    { class: 'progress', role: 'progressbar', 'aria-label': t('Training steps'), 'aria-valuemin': 0 },
    bar,
  );
  const facts = el('dl', { class: 'facts' });
  const element = el(
    'header',
    { class: 'page-head' },
    el(
      'div',
      { class: 'head-row' },
      el('div', { class: 'head-title' }, el('div', { class: 'title-line' }, title, badge), subtitle),
      el('div', { class: 'head-side' }, runs.element, buttons),
    ),
    progress,
    facts,
  );

  const runChanged = onChange();
  const runsChanged = onChange();
  return {
    element,
    update(model: PanelModel, { tab }: PanelState) {
      const { run, connection } = model;
      if (!run) return;
      const state = RUN_STATES[run.progress.state];
      const reconnecting = state.live && connection !== 'ready';
      if (runChanged(run.record, run.progress.state, connection, tab)) {
        const { record } = run;
        setText(title, record.task.name);
        element.dataset.state = run.progress.state;
        badge.dataset.tone = reconnecting ? 'attention' : state.tone;
        fill(
          badge,
          icon(reconnecting ? 'spinner' : state.icon),
          reconnecting ? t('Reconnecting') : state.label,
        );
        setText(
          subtitle,
          [
            record.model.name,
            t('{0} parameters', formatParameters(record.model.parameters)),
            formatRows(record.task.method.virtualTokens, 'virtual token'),
            formatDate(record.createdAt),
          ].join('  ·  '),
        );
        fill(buttons, ...(connection === 'ready' ? actionButtons(run, tab, context) : []));
      }
      if (runsChanged(model.runs, run.folder)) {
        const others = model.runs.filter(({ taskFile }) => taskFile === run.record.task.file);
        show(runs.element, others.length > 1);
        runs.set(
          others.map((one) => ({
            value: one.folder,
            label: `${formatDate(one.createdAt)}${one.score === undefined ? '' : `, ${formatPercent(one.score)}`}`,
          })),
          run.folder,
        );
      }
      showProgress(run);
      showFacts(run);
    },
  };

  function showProgress({ record, progress: { curve, state } }: ShownRun): void {
    const step = curve.step.at(-1) ?? 0;
    show(progress, state !== 'finished');
    progress.setAttribute('aria-valuemax', String(record.steps));
    progress.setAttribute('aria-valuenow', String(step));
    setAttribute(progress, 'aria-valuetext', t('step {0} of {1}', step, record.steps));
    bar.style.width = `${record.steps > 0 ? Math.min(100, (step / record.steps) * 100) : 0}%`;
  }

  function showFacts(run: ShownRun): void {
    const shown = factsOf(run, Date.now());
    const existing = facts.children.length === shown.length;
    if (!existing) fill(facts, ...shown.map(() => el('div', { class: 'fact' }, el('dt', {}), el('dd', {}))));
    shown.forEach(([name, value], index) => {
      const [dt, dd] = facts.children[index]!.children as unknown as [HTMLElement, HTMLElement];
      setText(dt, name);
      setText(dd, value);
    });
  }
}

function actionButtons(
  { record, progress }: ShownRun,
  tab: PanelState['tab'],
  context: PanelContext,
): HTMLElement[] {
  const possible = (action: ActionName) =>
    action !== 'resume' || progress.state !== 'failed' || progress.curve.step.length > 0;
  const tested = record.best !== undefined || record.results.tuned !== undefined;
  const actions = RUN_STATES[progress.state].actions.filter(possible);
  if (!RUN_STATES[progress.state].live && progress.state !== 'finished' && tested) actions.push('evaluate');
  // In the playground its own button is the one that stands out.
  return actions
    .filter((name) => name !== 'try' || tab !== 'playground')
    .map((name) => {
      const { label, icon: iconName, title, primary, does } = ACTIONS[name];
      return button({
        label,
        icon: iconName,
        title,
        primary: primary && name === actions[0],
        onClick: () => ('tab' in does ? context.keep(does) : context.send(does)),
      });
    });
}

function factsOf(run: ShownRun, now: number): [name: string, value: string][] {
  const { record, progress } = run;
  const { state, curve } = progress;
  const step = curve.step.at(-1) ?? 0;
  const pace = tokensPerSecond(progress);
  const facts: [string, string][] = [
    [t('Step'), t('{0} of {1}', formatCount(step), formatCount(record.steps))],
  ];
  if (state === 'training' || state === 'paused') {
    const left = secondsLeft(progress, record.steps);
    facts.push([t('Time left'), left === undefined ? '–' : formatDuration(left)]);
  }
  if (!RUN_STATES[state].live && record.best) facts.push([t('Best prompt'), t('step {0}', record.best.step)]);
  if (pace !== undefined) facts.push([t('Tokens per second'), formatCount(pace)]);
  const seconds = RUN_STATES[state].live
    ? elapsedSeconds(progress, now)
    : (record.seconds?.total ?? elapsedSeconds(progress, now));
  facts.push([t('Elapsed'), formatDuration(seconds)]);
  if (state === 'training' && step > 0 && progress.activity) {
    const { name, done, total } = progress.activity;
    facts.push([
      t('Now'),
      total > 1 ? t('{0}, {1}', phaseName(name), formatPart(done, total)) : phaseName(name),
    ]);
  }
  const rate = curve.learningRate.at(-1);
  if (rate !== undefined && (state === 'training' || state === 'paused'))
    facts.push([t('Learning rate'), formatNumber(Number(rate.toPrecision(2)))]);
  return facts;
}
