import type { TableColumn } from '../../protocol/table';
import type { TableQuery } from '../../protocol/tableQuery';
import { choice } from '../kit/controls';
import { el, fill, setAttribute, setText, show } from '../kit/dom';
import { formatCount, formatNumber, formatPercent, formatRows } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { columnResizer } from './columnResizer';
import type { TableContext } from './tableContext';

/** Parts of the bar that tell classes apart; the others share the last one. */
const BAR_PARTS = 6;
const ANY = '';

export interface ColumnHead {
  element: HTMLElement;
  update(column: TableColumn, view: ColumnHeadView): void;
  /** Whether something is the name, which sorts. */
  isName(target: EventTarget | null): boolean;
  /** Puts the keyboard on the name. */
  focus(): void;
}

export interface ColumnHeadView {
  /** Usable rows of the file. */
  rows: number;
  query: TableQuery;
  /** CSS pixels. */
  width: number;
  /** Whether the Tab key stops at its controls. */
  reachable: boolean;
}

/** A column's name, which sorts, and what it holds: a bar of its classes, which filter, its range or its length. */
export function columnHead(context: TableContext, index: number, name: string): ColumnHead {
  let query: TableQuery = {};
  let classes: TableColumn['classes'];
  const arrow = el('span', { class: 'head-arrow' });
  const sort = el(
    'button',
    {
      type: 'button',
      class: 'head-name',
      'data-column': name,
      on: { click: () => context.ask({ sort: nextSort(name, query.sort) }) },
    },
    el('span', { class: 'column-title' }, name),
    arrow,
  );
  const bar = el('div', { class: 'head-bar', 'aria-hidden': 'true', on: { click: onBar } });
  const only = choice(t('Only rows of one class in {0}', name), (value) => filterBy(value || undefined));
  only.element.classList.add('head-classes');
  const facts = el('div', { class: 'head-facts quiet' });
  const missing = el('div', { class: 'head-missing' });
  const resizer = columnResizer(name, (width) => context.keep({ widths: { [name]: width } }));
  const element = el(
    'div',
    { class: 'head-cell', role: 'columnheader', 'aria-colindex': index + 2 },
    sort,
    bar,
    only.element,
    facts,
    missing,
    resizer.element,
  );
  let shown = '';

  function filterBy(value: string | undefined): void {
    context.ask({ only: value === undefined ? undefined : { column: name, value } });
  }

  function onBar(event: Event): void {
    const value = (event.target as HTMLElement).dataset.value;
    if (value !== undefined)
      filterBy(query.only?.column === name && query.only.value === value ? undefined : value);
  }

  function drawBar(column: TableColumn, chosen: string | undefined): void {
    const all = column.classes ?? [];
    const total = all.reduce((sum, { count }) => sum + count, 0);
    fill(
      bar,
      ...all.slice(0, BAR_PARTS).map(({ value, count }, i) => {
        const part = el('span', {
          class: `head-part${chosen !== undefined && chosen !== value ? ' head-part-other' : ''}`,
          'data-part': i,
          'data-value': value,
          title: t('{0}: {1} ({2})', value, formatRows(count), formatPercent(count / total, 0)),
        });
        part.style.flexGrow = String(count);
        return part;
      }),
    );
    const rest = all.slice(BAR_PARTS).reduce((sum, { count }) => sum + count, 0);
    if (rest > 0) {
      const part = el('span', {
        class: 'head-part head-part-rest',
        title: t('Other classes: {0}', formatRows(rest)),
      });
      part.style.flexGrow = String(rest);
      bar.append(part);
    }
  }

  return {
    element,
    isName: (target) => target === sort,
    focus: () => sort.focus({ preventScroll: true }),
    update(column, { rows, query: asked, width, reachable }) {
      query = asked;
      resizer.set(width);
      for (const control of [sort, only.element, resizer.element]) {
        setAttribute(control, 'tabindex', reachable ? 0 : -1);
      }
      const current = query.sort?.column === name ? query.sort : undefined;
      setAttribute(
        element,
        'aria-sort',
        current ? (current.descending ? 'descending' : 'ascending') : 'none',
      );
      const chosen = query.only?.column === name ? query.only.value : undefined;
      const state = JSON.stringify([column, rows, current, chosen]);
      if (state === shown) return;
      shown = state;
      fill(arrow, current && icon(current.descending ? 'down' : 'up'));
      sort.title = t('Sort by {0}', name);
      classes = column.classes;
      show(bar, classes !== undefined);
      show(only.element, classes !== undefined);
      if (classes) {
        drawBar(column, chosen);
        only.set(
          [
            { value: ANY, label: formatRows(column.distinct ?? classes.length, 'class') },
            ...classes.map(({ value, count }) => ({ value, label: `${value} · ${formatCount(count)}` })),
          ],
          chosen ?? ANY,
        );
      }
      const words = factsOf(column);
      show(facts, words !== '');
      setText(facts, words);
      show(missing, column.missing > 0 && column.kind !== 'empty');
      setText(missing, rows > 0 ? t('{0} empty', shareOf(column.missing / rows)) : '');
    },
  };
}

/** Up, down, and as the file has it. */
function nextSort(column: string, now: TableQuery['sort']): TableQuery['sort'] {
  if (now?.column !== column) return { column, descending: false };
  return now.descending ? undefined : { column, descending: true };
}

function factsOf({ kind, least, most, meanLength }: TableColumn): string {
  if (kind === 'empty') return t('empty');
  if (kind === 'number' && least !== undefined && most !== undefined) {
    return t('{0} to {1}', amount(least), amount(most));
  }
  return kind === 'text' ? t('{0} characters on average', formatCount(meanLength)) : '';
}

function amount(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
}

/** A few empty cells are not none. */
function shareOf(share: number): string {
  return share < 0.01 ? '< 1 %' : formatPercent(share, 0);
}
