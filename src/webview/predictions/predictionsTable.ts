import type { PredictionRecord } from '../../protocol/runs';
import { choice, iconButton, searchField, segments } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { formatCount, formatRows } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { rowGrid } from '../kit/rowGrid';
import type { Component, PanelContext } from '../run/panelContext';
import { type Column, LABEL_COLUMNS, TEXT_COLUMNS } from './predictionColumns';
import {
  BIGGEST_LOSSES,
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
import { type ShownRows, shownRows } from './shownRows';
import { splitSwitch } from './splitSwitch';

const ANY = '';

type Options = { value: string; label: string }[];

/**
 * Every row with the answer it got: filtered, sorted, and one click from its place in the file. While a run trains, the
 * validation rows change under the reader's eyes: place, chosen row and focus stay.
 */
export function predictionsTable(context: PanelContext): Component {
  let predictions: readonly PredictionRecord[] = [];
  let columns: readonly Column[] = LABEL_COLUMNS;
  let expectedOptions: Options = [];
  let predictedOptions: Options = [];
  let counts = countOutcomes([]);
  let filter: PredictionFilter = NO_FILTER;
  let selected: number[] = [];
  let sort: PredictionSort = BIGGEST_LOSSES;
  /** The user has chosen a row: it stays the chosen one wherever new answers move it. */
  let chosen = false;

  const splits = splitSwitch((split) => context.keep({ split }));
  const outcomes = segments<Outcome>(t('Outcome'), (outcome) => context.keep({ outcome }));
  const expected = choice(t('Expected'), (value) => context.keep({ expected: value || undefined }));
  const predicted = choice(t('Predicted'), (value) => context.keep({ predicted: value || undefined }));
  const search = searchField(t('Search'), (filter) => context.keep({ filter }));
  const count = el('span', { class: 'quiet', role: 'status' });
  const save = iconButton('download', t('Export these rows as CSV'), exportRows);
  const tools = el(
    'div',
    { class: 'tools' },
    outcomes.element,
    el('div', { class: 'tools-choices' }, expected.element, predicted.element),
    search.element,
    el('span', { class: 'tools-end' }, count, save),
  );

  const grid = rowGrid({
    label: t('Predictions. Arrow keys move, Enter opens the row in its file.'),
    cells(index) {
      const one = predictions[selected[index]!]!;
      return columns.map(({ name, cell }) =>
        el('span', { class: `cell cell-${name}`, role: 'gridcell' }, ...cell(one)),
      );
    },
    onActive(index) {
      chosen = true;
      detail.show(rowAt(index));
    },
    onOpen(index) {
      const one = rowAt(index);
      if (one) context.send({ type: 'openRow', file: one.file, line: one.line });
    },
  });
  grid.head.addEventListener('click', onSort);
  const nothing = el('p', { class: 'empty' });
  const detail = rowDetail(context);
  const element = el(
    'section',
    { class: 'card predictions', 'aria-label': t('Predictions') },
    el('header', { class: 'card-head' }, el('h2', {}, t('Predictions')), ...splits.elements),
    tools,
    grid.element,
    nothing,
    detail.element,
  );

  function rowAt(index: number): PredictionRecord | undefined {
    return predictions[selected[index] ?? -1];
  }

  function renderHead(): void {
    fill(
      grid.head,
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
            { type: 'button', class: 'sort', title: t('Sort by {0}', label), 'data-sort': key },
            label,
            current && icon(sort.descending ? 'down' : 'up'),
          ),
        );
      }),
    );
  }

  function onSort(event: Event): void {
    const target = event.target as HTMLElement;
    const key = target.closest<HTMLElement>('[data-sort]')?.dataset.sort as PredictionSort['key'] | undefined;
    if (!key) return;
    context.keep({ sort: { key, descending: sort.key === key ? !sort.descending : key === 'loss' } });
  }

  /** @param kept the row that stays the chosen one, where it is still among them */
  function refresh(toTop: boolean, kept?: PredictionRecord): void {
    selected = selectPredictions(predictions, filter, sort);
    let active = 0;
    if (toTop) chosen = false;
    else if (chosen && kept) {
      const found = selected.findIndex((index) => isSameRow(predictions[index]!, kept));
      active = found >= 0 ? found : Math.max(0, Math.min(grid.active, selected.length - 1));
    }
    grid.setRows(selected.length, active, toTop);
    detail.show(rowAt(active));
    setText(
      count,
      selected.length === predictions.length
        ? formatRows(predictions.length)
        : t('{0} of {1}', formatCount(selected.length), formatRows(predictions.length)),
    );
    show(grid.element, selected.length > 0);
    show(nothing, selected.length === 0);
    setText(nothing, t('No row passes these filters.'));
  }

  function exportRows(): void {
    const text = predictionsCsv(selected.map((index) => predictions[index]!));
    context.send({ type: 'export', name: 'predictions.csv', text });
  }

  const rowsChanged = onChange();
  const placeChanged = onChange();
  const headChanged = onChange();
  return {
    element,
    update({ run }, view) {
      const rows = run && shownRows(run, view);
      show(element, rows !== undefined);
      if (!run || !rows) return;
      splits.update(run, rows);
      const before = rowAt(grid.active);
      const byLabel = run.record.task.target.kind === 'label';
      const fresh = rowsChanged(rows.predictions, byLabel);
      if (fresh) take(rows, byLabel);
      const { outcome = 'all', filter: words = '', expected: wanted, predicted: given } = view;
      sort = view.sort ?? BIGGEST_LOSSES;
      const moved = placeChanged(
        run.folder,
        rows.split,
        outcome,
        words,
        wanted,
        given,
        sort.key,
        sort.descending,
      );
      if (!fresh && !moved) return;
      filter = { outcome, search: words, expected: wanted, predicted: given };
      if (headChanged(byLabel, sort.key, sort.descending)) keepingFocus(renderHead);
      showOutcomes(outcome);
      expected.set(expectedOptions, wanted ?? ANY);
      predicted.set(predictedOptions, given ?? ANY);
      search.set(words);
      refresh(moved, before);
    },
  };

  function take(rows: ShownRows, byLabel: boolean): void {
    predictions = rows.predictions;
    columns = byLabel ? LABEL_COLUMNS : TEXT_COLUMNS;
    element.classList.toggle('free-text', !byLabel);
    show(expected.element, byLabel);
    show(predicted.element, byLabel);
    expectedOptions = byLabel ? options(t('Expected: any'), 'expected', predictions) : [];
    predictedOptions = byLabel ? options(t('Predicted: any'), 'predicted', predictions) : [];
    counts = countOutcomes(predictions);
  }

  /** The head is drawn anew: whoever had just pressed one of its buttons keeps it. */
  function keepingFocus(draw: () => void): void {
    const key = (document.activeElement as HTMLElement | null)?.dataset.sort;
    draw();
    if (key) grid.head.querySelector<HTMLElement>(`[data-sort="${key}"]`)?.focus();
  }

  function showOutcomes(outcome: Outcome): void {
    const compared = predictions.some(({ baseline }) => baseline);
    const again = predictions.some(({ previous }) => previous);
    const shown: Partial<Record<Outcome, boolean>> = { fixed: compared, broken: compared, changed: again };
    const names = (Object.keys(OUTCOMES) as Outcome[]).filter((name) => shown[name] ?? true);
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

function isSameRow(one: PredictionRecord, other: PredictionRecord): boolean {
  return one.row === other.row && one.file === other.file;
}

function options(
  any: string,
  key: 'expected' | 'predicted',
  predictions: readonly PredictionRecord[],
): Options {
  const values = [...new Set(predictions.map((one) => one[key]))].sort();
  return [{ value: ANY, label: any }, ...values.map((value) => ({ value, label: value }))];
}
