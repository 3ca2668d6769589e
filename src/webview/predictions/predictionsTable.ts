import type { PredictionRecord } from '../../protocol/runs';
import { choice, iconButton, searchField, segments } from '../kit/controls';
import { el, fill, newId, onChange, setText, show } from '../kit/dom';
import { formatCount, formatRows } from '../kit/format';
import { icon } from '../kit/icons';
import { virtualRows } from '../kit/virtualRows';
import type { Component, PanelContext } from '../run/panelContext';
import { type Column, LABEL_COLUMNS, TEXT_COLUMNS } from './predictionColumns';
import {
  countOutcomes,
  NO_FILTER,
  OUTCOMES,
  type Outcome,
  type PredictionFilter,
  type PredictionSort,
  predictionsCsv,
  selectPredictions,
} from './predictionFilter';
import { rowDetail } from './rowDetail';

const HEAD_HEIGHT = 32;
const ANY = '';

type Options = { value: string; label: string }[];

/** Every test row with the answer it got: filtered, sorted, and one click from its place in the file. */
export function predictionsTable(context: PanelContext): Component {
  let predictions: readonly PredictionRecord[] = [];
  let columns: readonly Column[] = LABEL_COLUMNS;
  let expectedOptions: Options = [];
  let predictedOptions: Options = [];
  let counts = countOutcomes([]);
  let filter: PredictionFilter = NO_FILTER;
  let selected: number[] = [];
  let sort: PredictionSort = { key: 'row', descending: false };
  let active = 0;
  const prefix = newId('prediction');

  const outcomes = segments<Outcome>('Outcome', (outcome) => context.keep({ outcome }));
  const expected = choice('Expected', (value) => context.keep({ expected: value || undefined }));
  const predicted = choice('Predicted', (value) => context.keep({ predicted: value || undefined }));
  const search = searchField('Search', (filter) => context.keep({ filter }));
  const count = el('span', { class: 'quiet', role: 'status' });
  const save = iconButton('download', 'Export these rows as CSV', exportRows);
  const tools = el(
    'div',
    { class: 'tools' },
    outcomes.element,
    el('div', { class: 'tools-choices' }, expected.element, predicted.element),
    search.element,
    el('span', { class: 'tools-end' }, count, save),
  );

  const head = el('div', { class: 'table-head table-row', role: 'row', 'aria-rowindex': 1 });
  const scroller = el('div', {
    class: 'table',
    role: 'grid',
    tabindex: 0,
    'aria-label': 'Test predictions. Arrow keys move, Enter opens the row in its file.',
    on: { keydown: (event) => onKey(event as KeyboardEvent), click: onClick },
  });
  const rows = virtualRows(scroller, HEAD_HEIGHT, renderRow);
  scroller.append(el('div', { role: 'rowgroup', class: 'table-head-group' }, head), rows.element);
  const nothing = el('p', { class: 'empty' });
  const detail = rowDetail(context);
  const element = el(
    'section',
    { class: 'card predictions', 'aria-label': 'Test predictions' },
    el('header', { class: 'card-head' }, el('h2', {}, 'Test predictions')),
    tools,
    scroller,
    nothing,
    detail.element,
  );

  function renderRow(index: number): HTMLElement {
    const one = predictions[selected[index]!]!;
    return el(
      'div',
      {
        class: 'table-row',
        role: 'row',
        id: `${prefix}-${index}`,
        'aria-rowindex': index + 2,
        'aria-selected': index === active ? 'true' : 'false',
        'data-index': index,
      },
      ...columns.map(({ name, cell }) =>
        el('span', { class: `cell cell-${name}`, role: 'gridcell' }, ...cell(one)),
      ),
    );
  }

  function renderHead(): void {
    fill(
      head,
      ...columns.map(({ name, label, sort: key }) => {
        const current = key !== undefined && key === sort.key;
        const attributes = {
          class: `cell cell-${name}`,
          role: 'columnheader',
          'aria-sort': current ? (sort.descending ? 'descending' : 'ascending') : undefined,
        };
        if (!key)
          return el('span', attributes, name === 'mark' ? el('span', { class: 'sr-only' }, label) : label);
        return el(
          'span',
          attributes,
          el(
            'button',
            { type: 'button', class: 'sort', title: `Sort by ${label.toLowerCase()}`, 'data-sort': key },
            label,
            current && icon(sort.descending ? 'down' : 'up'),
          ),
        );
      }),
    );
  }

  function setActive(index: number): void {
    active = Math.max(0, Math.min(selected.length - 1, index));
    rows.scrollTo(active);
    rows.redraw();
    showActive();
  }

  function showActive(): void {
    const one = predictions[selected[active] ?? -1];
    if (one) scroller.setAttribute('aria-activedescendant', `${prefix}-${active}`);
    else scroller.removeAttribute('aria-activedescendant');
    detail.show(one);
  }

  function openActive(): void {
    const one = predictions[selected[active] ?? -1];
    if (one) context.send({ type: 'openRow', file: one.file, line: one.line });
  }

  function onKey(event: KeyboardEvent): void {
    if (event.target !== scroller) return;
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + rows.pageSize(),
      PageUp: active - rows.pageSize(),
      Home: 0,
      End: selected.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) setActive(target);
    else if (event.key === 'Enter') openActive();
    else return;
    event.preventDefault();
  }

  function onClick(event: Event): void {
    const target = event.target as HTMLElement;
    const key = target.closest<HTMLElement>('[data-sort]')?.dataset.sort as PredictionSort['key'] | undefined;
    if (key) {
      sort = { key, descending: sort.key === key ? !sort.descending : key === 'loss' };
      refresh(true);
      head.querySelector<HTMLElement>(`[data-sort="${key}"]`)?.focus();
      return;
    }
    const index = target.closest<HTMLElement>('[data-index]')?.dataset.index;
    if (index === undefined) return;
    setActive(Number(index));
    openActive();
  }

  function refresh(toTop: boolean): void {
    selected = selectPredictions(predictions, filter, sort);
    if (toTop) active = 0;
    renderHead();
    scroller.setAttribute('aria-rowcount', String(selected.length + 1));
    rows.setCount(selected.length, toTop);
    showActive();
    setText(
      count,
      selected.length === predictions.length
        ? formatRows(predictions.length)
        : `${formatCount(selected.length)} of ${formatRows(predictions.length)}`,
    );
    show(scroller, selected.length > 0);
    show(nothing, selected.length === 0);
    fill(nothing, 'No row passes these filters.');
  }

  function exportRows(): void {
    const text = predictionsCsv(selected.map((index) => predictions[index]!));
    context.send({ type: 'export', name: 'predictions.csv', text });
  }

  const rowsChanged = onChange();
  const filterChanged = onChange();
  return {
    element,
    update({ run }, view) {
      if (!run) return;
      show(element, run.predictions.length > 0);
      const fresh = rowsChanged(run.predictions, run.record.task.target.kind);
      if (fresh) {
        predictions = run.predictions;
        const byLabel = run.record.task.target.kind === 'label';
        columns = byLabel ? LABEL_COLUMNS : TEXT_COLUMNS;
        element.classList.toggle('free-text', !byLabel);
        show(expected.element, byLabel);
        show(predicted.element, byLabel);
        expectedOptions = byLabel ? options('Expected: any', 'expected', predictions) : [];
        predictedOptions = byLabel ? options('Predicted: any', 'predicted', predictions) : [];
        counts = countOutcomes(predictions);
      }
      const { outcome = 'all', filter: words = '', expected: wanted, predicted: given } = view;
      const filtered = filterChanged(outcome, words, wanted, given);
      if (!fresh && !filtered) return;
      filter = { outcome, search: words, expected: wanted, predicted: given };
      showOutcomes(outcome);
      expected.set(expectedOptions, wanted ?? ANY);
      predicted.set(predictedOptions, given ?? ANY);
      search.set(words);
      refresh(true);
    },
  };

  function showOutcomes(outcome: Outcome): void {
    const compared = predictions.some(({ baseline }) => baseline);
    const names = (Object.keys(OUTCOMES) as Outcome[]).filter(
      (name) => compared || (name !== 'fixed' && name !== 'broken'),
    );
    outcomes.set(
      names.map((value) => ({
        value,
        label: OUTCOMES[value].label,
        title: OUTCOMES[value].title,
        count: formatCount(counts[value]),
      })),
      outcome,
    );
  }
}

function options(
  any: string,
  key: 'expected' | 'predicted',
  predictions: readonly PredictionRecord[],
): Options {
  const values = [...new Set(predictions.map((one) => one[key]))].sort();
  return [{ value: ANY, label: any }, ...values.map((value) => ({ value, label: value }))];
}
