import { headlineScore, type Interval, type Contender as Kind, type Metrics } from '../../protocol/metrics';
import { formatInterval, niceScale } from '../charts/intervalPlot';
import { el, fill, onChange, show } from '../kit/dom';
import { formatCount, formatFixed, formatPercent } from '../kit/format';
import { t } from '../kit/l10n';
import { testMetrics } from './answers';
import type { ComparePart, ReadPlace } from './comparison';
import { colourOf, kindName, letterBox } from './names';
import { tableCard } from './tableCard';

interface Line {
  /** Of a run; hard prompts have none. */
  letter?: string;
  name: string;
  metrics: Metrics;
}

const HARD: readonly Kind[] = ['few-shot', 'zero-shot'];

/** Scores with their intervals on one scale: each tuned prompt, and the hard prompts they have to beat. */
export function metricsTable(): ComparePart {
  const body = el('div', { class: 'class-scroll' });
  const element = tableCard(
    t('Scores on the test rows'),
    t('Scores on the test rows'),
    t('with 95 % intervals'),
    body,
  );
  const changed = onChange();
  return {
    element,
    update(_model, _view, { runs }) {
      if (!changed(...runs.flatMap(({ letter, run }) => [letter, run.record, run.progress.evaluations])))
        return;
      const lines = linesOf(runs);
      show(element, lines.length > 0);
      if (lines.length > 0) fill(body, table(lines));
    },
  };
}

/** Hard prompts that several runs met with the same result are one line. */
function linesOf(runs: readonly ReadPlace[]): Line[] {
  const tuned = runs.flatMap(({ letter, run }): Line[] => {
    const metrics = testMetrics(run, 'tuned');
    return metrics ? [{ letter, name: run.record.task.name, metrics }] : [];
  });
  const hard = HARD.flatMap((kind) => {
    const groups = new Map<string, { metrics: Metrics; metBy: string[] }>();
    for (const { letter, run } of runs) {
      const metrics = testMetrics(run, kind);
      if (!metrics) continue;
      const key = [headlineScore(metrics), metrics.loss, metrics.rows].join();
      const group = groups.get(key) ?? { metrics, metBy: [] };
      group.metBy.push(letter);
      groups.set(key, group);
    }
    return [...groups.values()].map(({ metrics, metBy }): Line => {
      const name = kindName(kind);
      return {
        name: groups.size === 1 ? name : t('{0} of {1}', name, metBy.join(', ')),
        metrics,
      };
    });
  });
  return [...tuned, ...hard];
}

function table(lines: readonly Line[]): HTMLElement {
  const byWords = lines.some(({ metrics }) => metrics.kind === 'text');
  const ends = lines.flatMap(({ metrics }) => [intervalScore(metrics), ...metrics.interval]);
  const scale = niceScale(Math.min(...ends), Math.max(...ends));
  const at = (value: number): string => `${((value - scale.low) / (scale.high - scale.low)) * 100}%`;
  const best = Math.max(...lines.map(({ metrics }) => headlineScore(metrics)));
  const columns = byWords
    ? [t('Word F1'), t('Exact match'), t('Loss'), t('Rows')]
    : [t('Accuracy'), t('Macro F1'), t('Loss'), t('Rows')];
  return el(
    'table',
    { class: 'classes metrics-table' },
    el('caption', { class: 'sr-only' }, t('Scores on the test rows')),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { scope: 'col' }, t('Prompt')),
        el(
          'th',
          { scope: 'col', class: 'wide-only' },
          byWords ? t('Exact match, 95 %') : t('Accuracy, 95 %'),
        ),
        ...columns.map((name, index) =>
          el('th', { scope: 'col', class: index === 3 ? 'number wide-only' : 'number' }, name),
        ),
      ),
    ),
    el(
      'tbody',
      {},
      ...lines.map(({ letter, name, metrics }) => {
        const score = headlineScore(metrics);
        const second =
          metrics.kind === 'text' ? formatPercent(metrics.exactMatch) : formatFixed(metrics.macroF1, 3);
        return el(
          'tr',
          {},
          el('th', { scope: 'row' }, el('span', { class: 'contender' }, letter && letterBox(letter), name)),
          el(
            'td',
            { class: 'wide-only track-cell' },
            track(letter, intervalScore(metrics), metrics.interval, at),
          ),
          el(
            'td',
            { class: 'number' },
            el(score === best ? 'b' : 'span', {}, formatPercent(score)),
            metrics.kind === 'label' &&
              el('small', { class: 'quiet' }, ` ${formatInterval(metrics.interval)}`),
          ),
          el('td', { class: 'number' }, second),
          el('td', { class: 'number' }, formatFixed(metrics.loss, 3)),
          el('td', { class: 'number wide-only' }, formatCount(metrics.rows)),
        );
      }),
    ),
  );
}

/** The score that has an interval: accuracy, or exact matches of free text. */
function intervalScore(metrics: Metrics): number {
  return metrics.kind === 'label' ? metrics.accuracy : metrics.exactMatch;
}

function track(
  letter: string | undefined,
  value: number,
  [low, high]: Interval,
  at: (value: number) => string,
): HTMLElement {
  const dot = el('i', { class: 'interval-dot' });
  dot.style.left = at(value);
  const whisker = el('i', { class: 'interval-whisker' });
  whisker.style.left = at(low);
  whisker.style.right = `calc(100% - ${at(high)})`;
  const element = el('span', { class: 'interval-track', 'aria-hidden': 'true' }, whisker, dot);
  element.style.setProperty('--colour', `var(${letter ? colourOf(letter) : '--sp-quiet'})`);
  return element;
}
