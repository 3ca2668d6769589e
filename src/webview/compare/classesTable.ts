import type { LabelMetrics } from '../../protocol/metrics';
import { el, fill, onChange, show } from '../kit/dom';
import { formatCount, formatFixed } from '../kit/format';
import { t } from '../kit/l10n';
import { testMetrics } from './answers';
import type { ComparePart, ReadPlace } from './comparison';
import { letterBox } from './names';
import { tableCard } from './tableCard';

/** F1 of each class by run; classes on which the runs differ most come first. */
export function classesTable(): ComparePart {
  const body = el('div', {
    class: 'class-scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': t('F1 of each class'),
  });
  const element = tableCard(t('Classes'), t('F1 of each class'), t('largest differences first'), body);
  const changed = onChange();
  return {
    element,
    update(_model, _view, { runs }) {
      if (!changed(...runs.flatMap(({ letter, run }) => [letter, run.record, run.progress.evaluations])))
        return;
      const columns = runs.flatMap((place) => {
        const metrics = testMetrics(place.run, 'tuned');
        return metrics?.kind === 'label' ? [{ letter: place.letter, metrics }] : [];
      });
      show(element, columns.length > 0);
      if (columns.length > 0) fill(body, table(columns));
    },
  };
}

function table(columns: readonly { letter: ReadPlace['letter']; metrics: LabelMetrics }[]): HTMLElement {
  const labels = [...new Set(columns.flatMap(({ metrics }) => metrics.classes.map(({ label }) => label)))];
  const lines = labels.map((label) => {
    const found = columns.map(({ metrics }) => metrics.classes.find((one) => one.label === label));
    const values = found.flatMap((one) => (one ? [one.f1] : []));
    return { label, found, spread: Math.max(...values) - Math.min(...values), best: Math.max(...values) };
  });
  lines.sort((a, b) => b.spread - a.spread || a.label.localeCompare(b.label));
  return el(
    'table',
    { class: 'classes' },
    el('caption', { class: 'sr-only' }, t('F1 of each class')),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { scope: 'col' }, t('Class')),
        el('th', { scope: 'col', class: 'number wide-only' }, t('Rows')),
        ...columns.map(({ letter }) =>
          el('th', { scope: 'col', class: 'number', 'aria-label': t('Run {0}', letter) }, letterBox(letter)),
        ),
      ),
    ),
    el(
      'tbody',
      {},
      ...lines.map(({ label, found, best, spread }) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, label),
          el(
            'td',
            { class: 'number wide-only' },
            formatCount(Math.max(...found.map((one) => one?.support ?? 0))),
          ),
          ...found.map((one) =>
            el(
              'td',
              { class: 'number' },
              one ? el(spread > 0 && one.f1 === best ? 'b' : 'span', {}, formatFixed(one.f1, 2)) : '–',
            ),
          ),
        ),
      ),
    ),
  );
}
