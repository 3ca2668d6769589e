import { type Child, el, setText, show } from '../kit/dom';
import { t } from '../kit/l10n';
import { type ChartTable, tableCsv, tableRows } from './chartTable';
import { dataTable } from './dataTable';
import { type MenuItem, menuButton } from './menu';
import { pictureOf } from './picture';

/** Hands a file to the extension, which asks where to save it. PNG comes as base64. */
export type SaveFile = (file: { name: string; text: string; encoding?: 'base64' }) => void;

export interface ChartFrameOptions {
  title: string;
  /** Name of exported files, without the ending: `training-loss`. */
  fileName: string;
  /** The chart itself: any element. */
  figure: HTMLElement;
  legend?: HTMLElement;
  /** Between title and menu: a readout, a toggle. */
  tools?: readonly Child[];
  /** The chart's numbers; asked for when they are shown or saved. None: there is nothing to show yet. */
  table: () => ChartTable | undefined;
  /** For charts whose y axis can be logarithmic. */
  logarithmic?: { get: () => boolean; set: (on: boolean) => void };
  save: SaveFile;
  /** More classes of the card. */
  look?: string;
  /** The title is for screen readers and pictures only. */
  quiet?: boolean;
}

export interface ChartFrame {
  /** A card: head with title and menu, the figure or its table, the legend. */
  element: HTMLElement;
  setTitle(title: string): void;
  /** After the chart's numbers changed: brings an open table up to date. */
  refresh(): void;
}

/** What all charts have around them: title, menu (logarithmic axis, table, CSV, PNG) and legend. */
export function chartFrame(options: ChartFrameOptions): ChartFrame {
  const { figure, legend, tools = [], save, fileName, quiet } = options;
  let title = options.title;
  let asTable = false;
  const heading = el('h2', { class: quiet ? 'sr-only' : '' }, title);
  const menu = menuButton(t('More about this chart'), items);
  const numbers = dataTable();
  show(numbers.element, false);
  figure.classList.add('chart-figure');
  const element = el(
    'section',
    { class: `card chart-card ${options.look ?? ''}`, 'aria-label': title },
    el('header', { class: quiet ? 'card-head quiet-head' : 'card-head' }, heading, ...tools, menu),
    figure,
    numbers.element,
    legend,
  );

  function items(): MenuItem[] {
    const { logarithmic } = options;
    const ready = options.table() !== undefined;
    return [
      ...(logarithmic
        ? [
            {
              label: t('Logarithmic axis'),
              checked: logarithmic.get(),
              choose: () => logarithmic.set(!logarithmic.get()),
            },
          ]
        : []),
      { label: t('Show as table'), checked: asTable, choose: () => showTable(!asTable) },
      ...(ready
        ? [
            { label: t('Export CSV…'), choose: exportCsv },
            { label: t('Export PNG…'), choose: exportPicture },
          ]
        : []),
    ];
  }

  function showTable(on: boolean): void {
    asTable = on;
    refresh();
  }

  function refresh(): void {
    const table = asTable ? options.table() : undefined;
    const shown = table !== undefined && tableRows(table) > 0;
    element.classList.toggle('as-table', shown);
    show(numbers.element, shown);
    if (shown) numbers.set(table);
  }

  function exportCsv(): void {
    const table = options.table();
    if (table) save({ name: `${fileName}.csv`, text: tableCsv(table) });
  }

  function exportPicture(): void {
    const before = element.classList.contains('as-table');
    element.classList.remove('as-table');
    show(numbers.element, false);
    try {
      save({ name: `${fileName}.png`, text: pictureOf(element, title), encoding: 'base64' });
    } finally {
      element.classList.toggle('as-table', before);
      show(numbers.element, before);
    }
  }

  return {
    element,
    setTitle(next) {
      if (next === title) return;
      title = next;
      setText(heading, next);
      element.setAttribute('aria-label', next);
    },
    refresh,
  };
}
