import { button, searchField } from '../kit/controls';
import { el, fill, setAttribute, setText, show } from '../kit/dom';
import { formatBytes, formatCount, formatPercent, formatRows } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { TableContext, TablePart } from './tableContext';
import type { TableModel } from './tableModel';

/** Typing pauses this long before a large file is searched. */
const QUIET_MILLISECONDS = 250;

export interface Toolbar extends TablePart {
  focusSearch(): void;
}

/** What the file is, what can be done with it, what is looked for in it and how far that is. */
export function toolbar(context: TableContext, goToRow: (row: number) => void): Toolbar {
  let quiet: ReturnType<typeof setTimeout> | undefined;
  const title = el('h1', { class: 'table-title' });
  const facts = el('p', { class: 'quiet table-facts' });
  const command = (name: 'tune' | 'previewPrompt' | 'openAsText') => () =>
    context.send({ type: 'command', name });
  const asText = button({ label: t('Open as text'), onClick: command('openAsText') });
  const tune = button({ label: t('Tune a prompt'), icon: 'play', primary: true, onClick: command('tune') });
  const preview = button({ label: t('Preview prompt'), onClick: command('previewPrompt') });
  const actions = el('div', { class: 'table-actions' }, tune, preview, asText);
  const search = searchField(t('Find text in any column'), (text) => {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      quiet = undefined;
      context.ask({ text: text.trim() === '' ? undefined : text });
    }, QUIET_MILLISECONDS);
  });
  const chip = el('button', {
    type: 'button',
    class: 'chip',
    on: { click: () => context.ask({ only: undefined }) },
  });
  const sorted = el('button', {
    type: 'button',
    class: 'chip',
    on: { click: () => context.ask({ sort: undefined }) },
  });
  const goTo = el('input', {
    class: 'go-to',
    type: 'text',
    inputmode: 'numeric',
    placeholder: t('Go to row'),
    'aria-label': t('Go to row'),
    on: {
      keydown(event) {
        const row = Number.parseInt(goTo.value.replaceAll(/[\s.,']/g, ''), 10);
        if ((event as KeyboardEvent).key !== 'Enter' || !(row >= 1)) return;
        goToRow(row);
        goTo.value = '';
      },
    },
  });
  const count = el('span', { class: 'table-count', role: 'status' });
  const cancel = button({
    label: t('Cancel'),
    onClick: () => context.ask({ text: undefined, only: undefined, sort: undefined }),
  });
  const bar = el('div', {
    class: 'table-progress',
    role: 'progressbar',
    'aria-label': t('Reading the file'),
    'aria-valuemin': 0,
    'aria-valuemax': 100,
  });
  const notice = el('p', { class: 'table-notice' });
  const tools = el(
    'div',
    { class: 'tools table-tools' },
    search.element,
    chip,
    sorted,
    goTo,
    el('span', { class: 'tools-end' }, count, cancel),
  );
  const element = el(
    'header',
    { class: 'table-top' },
    el('div', { class: 'table-file' }, el('div', { class: 'table-names' }, title, facts), actions),
    tools,
    notice,
    bar,
  );

  return {
    element,
    focusSearch: () => search.element.focus(),
    update(model, { query = {} }) {
      const { file, state } = model;
      setText(title, file?.name ?? '');
      show(asText, file?.text ?? false);
      show(facts, state !== undefined);
      const rowless = state?.done === true && state.rows === 0;
      for (const part of [tune, preview, tools]) show(part, state !== undefined && !rowless);
      if (state) {
        const columns = formatRows(model.columns.length, 'column');
        const rows =
          state.done || state.found.done ? formatRows(state.rows) : t('{0} so far', formatRows(state.rows));
        setText(facts, [rows, columns, formatBytes(state.bytes)].join(' · '));
      }
      // What is being typed, or was just now, is newer than what is asked.
      if (quiet === undefined && document.activeElement !== search.element) search.set(query.text ?? '');
      show(chip, query.only !== undefined);
      if (query.only) {
        const { column, value } = query.only;
        fill(chip, `${column} = ${value}`, icon('cross'));
        chip.title = t('Show all classes again');
      }
      show(sorted, query.sort !== undefined);
      if (query.sort) {
        fill(sorted, t('Sorted by {0}', query.sort.column), icon('cross'));
        sorted.title = t('Show the rows in the file’s order again');
      }
      setText(count, countOf(model));
      const searching = asksOf(model) && state !== undefined && !state.found.done;
      show(cancel, searching);
      const share = searching ? state.found.read : (state?.read ?? 0);
      const busy = searching || state?.done === false;
      // Each per cent read out would be too much.
      setAttribute(count, 'aria-live', busy ? 'off' : 'polite');
      show(bar, busy);
      setAttribute(bar, 'aria-valuenow', Math.round(share * 100));
      bar.style.setProperty('--share', String(share));
      const words = noticeOf(model);
      show(notice, words !== '');
      if (words !== notice.textContent) fill(notice, icon('warning'), words);
    },
  };
}

function asksOf({ query }: TableModel): boolean {
  return Boolean(query.text || query.only || query.sort);
}

/** How many rows there are, and how far the reading is. */
function countOf(model: TableModel): string {
  const { state, query } = model;
  if (!state) return '';
  const { found, rows, read, done } = state;
  if (!asksOf(model)) return done ? '' : t('{0} read…', formatPercent(read, 0));
  const part = t('{0} of {1} rows', formatCount(found.rows), formatCount(rows));
  if (found.done) return part;
  if (found.sorted !== undefined) return t('Sorting… {0} done', formatPercent(found.sorted, 0));
  return query.sort
    ? t('Sorting… {0} read', formatPercent(found.read, 0))
    : t('Searching… {0} read, {1} found', formatPercent(found.read, 0), formatRows(found.rows));
}

function noticeOf({ state, error }: TableModel): string {
  const words: string[] = [];
  if (error && state) words.push([error.message, error.hint].filter(Boolean).join(' '));
  if (state?.found.tooManyToSort !== undefined) {
    words.push(
      t(
        'Only {0} rows can be sorted. Filter first; these are in the file’s order.',
        formatCount(state.found.tooManyToSort),
      ),
    );
  }
  if (state?.leftOut) {
    words.push(
      state.leftOut === 1
        ? t('1 row cannot be used; it is marked in its place.')
        : t('{0} rows cannot be used; they are marked in their places.', formatCount(state.leftOut)),
    );
  }
  return words.join(' ');
}
