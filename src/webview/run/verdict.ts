import { formatInterval, intervalPlot } from '../charts/intervalPlot';
import { el, fill, onChange, show } from '../kit/dom';
import { formatNumber, formatPoints, formatRows } from '../kit/format';
import { type IconName, icon } from '../kit/icons';
import type { Component } from './panelContext';
import { RUN_STATES } from './runStates';
import { comparePaired } from './signTest';
import { CONTENDER_NAMES, type Entry, measureName, type Standing, standingOf } from './standing';
import type { ShownRun } from './store';

const CHANCE = 0.05;

/** Does the tuned prompt earn its place? Its score beside the hard prompts it has to beat, same rows, with intervals. */
export function verdict(): Component {
  const figure = el('div', { class: 'verdict-figure' });
  const plots = el('div', { class: 'verdict-plots' });
  const evidence = el('p', { class: 'verdict-evidence' });
  const element = el(
    'section',
    { class: 'card verdict', 'aria-label': 'Result' },
    el('div', { class: 'verdict-main' }, figure, plots),
    evidence,
  );

  const changed = onChange();
  return {
    element,
    update({ run }) {
      if (!run || !changed(run.record, run.progress.evaluations, run.predictions, run.progress.state)) return;
      const standing = standingOf(run.record, run.progress);
      show(element, standing !== undefined);
      if (!standing) return;
      fill(figure, ...figureOf(standing, run));
      fill(plots, ...plotsOf(standing));
      fill(evidence, ...evidenceOf(standing, run));
      show(evidence, evidence.childNodes.length > 0);
    },
  };
}

function figureOf(standing: Standing, run: ShownRun): HTMLElement[] {
  const { tuned, split, bestHard } = standing;
  const measure = measureName((tuned ?? bestHard)!.metrics);
  const live = RUN_STATES[run.progress.state].live;
  const title =
    split === 'test' ? `Test ${measure}` : `${live ? 'Best validation' : 'Validation'} ${measure} so far`;
  const heading = el('h2', { class: 'eyebrow' }, title);
  if (!tuned) return [heading, el('p', { class: 'figure' }, '–')];
  const number = (tuned.score * 100).toFixed(1);
  return [
    heading,
    el('p', { class: 'figure' }, number, el('span', { class: 'figure-unit' }, ' %')),
    el(
      'p',
      { class: 'quiet' },
      tuned.interval
        ? `95 % interval ${formatInterval(tuned.interval)}`
        : formatRows(tuned.metrics.rows, `${split} row`),
    ),
    ...(bestHard ? [lead(tuned, bestHard)] : []),
  ];
}

/** `▲ 19.3 points above few-shot` */
function lead(tuned: Entry, hard: Entry): HTMLElement {
  const difference = tuned.score - hard.score;
  const name = CONTENDER_NAMES[hard.contender].toLowerCase();
  const [look, mark, words]: [string, IconName, string] =
    Math.abs(difference) < 0.0005
      ? ['quiet', 'equal', `same as ${name}`]
      : difference > 0
        ? ['good', 'up', `${formatPoints(difference)} above ${name}`]
        : ['bad', 'down', `${formatPoints(difference)} below ${name}`];
  return el('p', { class: `lead ${look}` }, icon(mark), words);
}

function plotsOf(standing: Standing): HTMLElement[] {
  const { tuned, hard, split } = standing;
  const entries = [...(tuned ? [tuned] : []), ...hard];
  const measure = measureName(entries[0]!.metrics);
  const main = intervalPlot(
    `${measure} on the ${split} rows`,
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
    el('h3', { class: 'eyebrow' }, 'Word F1'),
    main,
    el('h3', { class: 'eyebrow' }, 'Exact match'),
    intervalPlot('exact match on the test rows', exact),
  ];
}

/** In words: which rows, what changed row by row, and whether that could be chance. */
function evidenceOf(standing: Standing, run: ShownRun): (string | HTMLElement)[] {
  const { tuned, hard, split } = standing;
  if (!tuned) return [];
  const rows = formatRows(tuned.metrics.rows, `${split} row`);
  const same = hard.length > 0 ? ', the same for all' : '';
  const unseen = split === 'test' ? ', none seen in training' : '';
  const sentences: (string | HTMLElement)[] = [`${rows}${same}${unseen}. `];
  if (run.record.model.tuned !== undefined && hard.length > 0)
    sentences.push('Zero-shot is by similarity to the labels; the tuned prompt has a trained class head. ');
  if (split === 'validation' && hard.length === 0 && RUN_STATES[run.progress.state].live)
    sentences.push('The hard prompts follow. ');
  const pairs = split === 'test' ? comparePaired(run.predictions) : undefined;
  if (!pairs || tuned.metrics.kind !== 'label') return sentences;
  const against = CONTENDER_NAMES[pairs.against].toLowerCase();
  const chance = pairs.pValue < 0.001 ? 'p < 0.001' : `p = ${formatNumber(Number(pairs.pValue.toFixed(3)))}`;
  const ending =
    pairs.fixed + pairs.broken === 0
      ? 'no row changed.'
      : pairs.pValue < CHANCE
        ? `a difference that chance hardly makes (sign test, ${chance}).`
        : `a difference that may be chance (sign test, ${chance}): more test rows would tell.`;
  sentences.push(
    `Against ${against}, tuning `,
    el('b', {}, `fixed ${formatRows(pairs.fixed)}`),
    ' and ',
    el('b', {}, `broke ${pairs.broken}`),
    `: ${ending}`,
  );
  return sentences;
}
