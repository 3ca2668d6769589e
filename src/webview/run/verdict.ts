import { chartFrame } from '../charts/chartFrame';
import type { ChartColumn, ChartTable } from '../charts/chartTable';
import { formatInterval, intervalPlot } from '../charts/intervalPlot';
import { el, fill, onChange, show } from '../kit/dom';
import { formatFixed, formatPercent, formatPoints, formatRows } from '../kit/format';
import { type IconName, icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { comparePaired, type PairedComparison } from './pairedComparison';
import type { Component, PanelContext } from './panelContext';
import { RUN_STATES } from './runStates';
import { CONTENDER_NAMES, CONTENDER_WORDS, type Entry, type Standing, standingOf } from './standing';
import type { ShownRun } from './store';

const CHANCE = 0.05;

/** Does the tuned prompt earn its place? Its score beside the hard prompts it has to beat, same rows, with intervals. */
export function verdict(context: PanelContext): Component {
  const figure = el('div', { class: 'verdict-figure' });
  const plots = el('div', { class: 'verdict-plots' });
  const evidence = el('p', { class: 'verdict-evidence' });
  let standing: Standing | undefined;
  const frame = chartFrame({
    title: t('Result'),
    fileName: 'result',
    figure: el('div', { class: 'verdict-main' }, figure, plots),
    legend: evidence,
    table: () => standing && tableOf(standing),
    save: (file) => context.send({ type: 'export', ...file }),
    look: 'verdict',
    quiet: true,
  });
  const { element } = frame;

  const changed = onChange();
  return {
    element,
    update({ run }) {
      if (!run || !changed(run.record, run.progress.evaluations, run.predictions, run.progress.state)) return;
      standing = standingOf(run.record, run.progress);
      show(element, standing !== undefined);
      if (!standing) return;
      fill(figure, ...figureOf(standing, run));
      fill(plots, ...plotsOf(standing));
      fill(evidence, ...evidenceOf(standing, run));
      show(evidence, evidence.childNodes.length > 0);
      frame.refresh();
    },
  };
}

function figureOf(standing: Standing, run: ShownRun): HTMLElement[] {
  const { tuned, split, bestHard } = standing;
  const byLabel = (tuned ?? bestHard)!.metrics.kind === 'label';
  const heading = el(
    'h3',
    { class: 'eyebrow' },
    titleOf(split, byLabel, RUN_STATES[run.progress.state].live),
  );
  if (!tuned) return [heading, el('p', { class: 'figure' }, '–')];
  return [
    heading,
    el(
      'p',
      { class: 'figure' },
      formatFixed(tuned.score * 100, 1),
      el('span', { class: 'figure-unit' }, ' %'),
    ),
    el(
      'p',
      { class: 'quiet' },
      tuned.interval
        ? t('95 % interval {0}', formatInterval(tuned.interval))
        : formatRows(tuned.metrics.rows, `${split} row`),
    ),
    ...(bestHard ? [lead(tuned, bestHard)] : []),
  ];
}

function titleOf(split: Standing['split'], byLabel: boolean, live: boolean): string {
  if (split === 'test') return byLabel ? t('Test accuracy') : t('Test word F1');
  if (live) return byLabel ? t('Best validation accuracy so far') : t('Best validation word F1 so far');
  return byLabel ? t('Validation accuracy so far') : t('Validation word F1 so far');
}

/** `▲ 19.3 points above few-shot` */
function lead(tuned: Entry, hard: Entry): HTMLElement {
  const difference = tuned.score - hard.score;
  const name = CONTENDER_WORDS[hard.contender];
  const [look, mark, words]: [string, IconName, string] =
    Math.abs(difference) < 0.0005
      ? ['quiet', 'equal', t('same as {0}', name)]
      : difference > 0
        ? ['good', 'up', t('{0} above {1}', formatPoints(difference), name)]
        : ['bad', 'down', t('{0} below {1}', formatPoints(difference), name)];
  return el('p', { class: `lead ${look}` }, icon(mark), words);
}

function plotsOf(standing: Standing): HTMLElement[] {
  const { tuned, hard, split } = standing;
  const entries = [...(tuned ? [tuned] : []), ...hard];
  const main = intervalPlot(
    captionOf(split, entries[0]!.metrics.kind === 'label'),
    entries.map(({ contender, score, interval }) => ({
      name: CONTENDER_NAMES[contender],
      look: contender,
      value: score,
      interval,
    })),
  );
  const exact = entries.flatMap(({ contender, metrics }) =>
    metrics.kind === 'text'
      ? [
          {
            name: CONTENDER_NAMES[contender],
            look: contender,
            value: metrics.exactMatch,
            interval: metrics.interval,
          },
        ]
      : [],
  );
  if (exact.length === 0) return [main];
  return [
    el('h3', { class: 'eyebrow' }, t('Word F1')),
    main,
    el('h3', { class: 'eyebrow' }, t('Exact match')),
    intervalPlot(t('exact match on the test rows'), exact),
  ];
}

function captionOf(split: Standing['split'], byLabel: boolean): string {
  if (split === 'test') return byLabel ? t('accuracy on the test rows') : t('word F1 on the test rows');
  return byLabel ? t('accuracy on the validation rows') : t('word F1 on the validation rows');
}

function tableOf({ tuned, hard, split }: Standing): ChartTable {
  const entries = [...(tuned ? [tuned] : []), ...hard];
  const byLabel = entries[0]!.metrics.kind === 'label';
  const shares = (name: string, of: (entry: Entry) => number | null): ChartColumn => ({
    name,
    values: entries.map(of),
    format: (value) => formatPercent(value),
  });
  return {
    caption: captionOf(split, byLabel),
    columns: [
      { name: t('Prompt'), values: entries.map(({ contender }) => CONTENDER_NAMES[contender]) },
      { name: t('Rows'), values: entries.map(({ metrics }) => metrics.rows) },
      shares(byLabel ? t('Accuracy') : t('Word F1'), ({ score }) => score),
      ...(byLabel
        ? []
        : [shares(t('Exact match'), ({ metrics }) => (metrics.kind === 'text' ? metrics.exactMatch : null))]),
      shares(t('95 % from'), ({ metrics }) => metrics.interval[0]),
      shares(t('95 % to'), ({ metrics }) => metrics.interval[1]),
    ],
  };
}

/** In words: which rows, what changed row by row, and whether that could be chance. */
function evidenceOf(standing: Standing, run: ShownRun): (string | HTMLElement)[] {
  const { tuned, hard, split } = standing;
  if (!tuned) return [];
  const { live } = RUN_STATES[run.progress.state];
  const sentences = [whichRows(formatRows(tuned.metrics.rows, `${split} row`), split, hard.length > 0)];
  if (run.record.model.tuned !== undefined && hard.length > 0)
    sentences.push(t('Zero-shot is by similarity to the labels; the tuned prompt has a trained class head.'));
  if (split === 'validation' && hard.length === 0 && live) sentences.push(t('The hard prompts follow.'));
  const pairs = split === 'test' ? comparePaired(run.predictions) : undefined;
  if (pairs && tuned.metrics.kind === 'label') sentences.push(rowByRow(pairs));
  return [sentences.join(' ')];
}

function whichRows(rows: string, split: Standing['split'], compared: boolean): string {
  if (split === 'test')
    return compared
      ? t('{0}, the same for all, none seen in training.', rows)
      : t('{0}, none seen in training.', rows);
  return compared ? t('{0}, the same for all.', rows) : t('{0}.', rows);
}

function rowByRow({ against, fixed, broken, pValue }: PairedComparison): string {
  const values = [CONTENDER_WORDS[against], formatRows(fixed), broken] as const;
  const chance = pValue < 0.001 ? 'p < 0.001' : `p = ${formatFixed(pValue, 3)}`;
  if (fixed + broken === 0) return t('Against {0} no row changed.', values[0]);
  return pValue < CHANCE
    ? t(
        'Against {0}, tuning fixed {1} and broke {2}: a difference that chance hardly makes (sign test, {3}).',
        ...values,
        chance,
      )
    : t(
        'Against {0}, tuning fixed {1} and broke {2}: a difference that may be chance (sign test, {3}); more test rows would tell.',
        ...values,
        chance,
      );
}
