import { button } from '../kit/controls';
import { el, fill, show } from '../kit/dom';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { TableContext, TablePart } from './tableContext';
import { rowCount, type TableModel } from './tableModel';

type State = 'untrusted' | 'failed' | 'loading' | 'empty' | 'sorting' | 'searching' | 'no-match' | 'rows';

/** What stands in the place of rows where there are none: what is going on, and what to do. */
export function placeholder(context: TableContext): TablePart {
  const element = el('div', { class: 'table-placeholder' });
  let shown = '';
  const command = (name: 'retry' | 'manageTrust' | 'openLog') => () =>
    context.send({ type: 'command', name });

  const CONTENT: Readonly<Record<Exclude<State, 'rows'>, (model: TableModel) => HTMLElement[]>> = {
    untrusted: () => [
      el('h2', {}, t('This workspace is not trusted')),
      el('p', {}, t('Softprompt reads no file of it until it is.')),
      button({ label: t('Manage Workspace Trust'), primary: true, onClick: command('manageTrust') }),
    ],
    failed: ({ error }) => [
      el('h2', {}, error?.message ?? ''),
      el('p', {}, error?.hint ?? ''),
      el(
        'div',
        { class: 'table-actions' },
        button({ label: t('Try again'), primary: true, icon: 'refresh', onClick: command('retry') }),
        button({ label: t('Open log'), onClick: command('openLog') }),
      ),
    ],
    loading: ({ file }) => [el('p', {}, icon('spinner'), ' ', t('Opening {0}…', file?.name ?? ''))],
    empty: () => [
      el('h2', {}, t('The file has no rows')),
      el(
        'p',
        {},
        t('Add one example a row, below the names of the columns; they appear here when it is saved.'),
      ),
    ],
    sorting: () => [el('p', {}, icon('spinner'), ' ', t('Sorting. All rows are read once for that.'))],
    searching: () => [el('p', {}, icon('spinner'), ' ', t('Nothing found yet.'))],
    'no-match': () => [
      el('h2', {}, t('No row matches')),
      el('p', {}, t('Look for less, or in all classes.')),
      button({
        label: t('Show all rows'),
        primary: true,
        onClick: () => context.ask({ text: undefined, only: undefined, sort: undefined }),
      }),
    ],
  };

  return {
    element,
    update(model) {
      const state = stateOf(model);
      show(element, state !== 'rows');
      const key = `${state} ${model.error?.message} ${model.file?.name}`;
      if (key === shown || state === 'rows') return;
      shown = key;
      fill(element, ...CONTENT[state](model));
    },
  };
}

export function stateOf(model: TableModel): State {
  const { file, state, error, query } = model;
  if (file && !file.trusted) return 'untrusted';
  if (rowCount(model) > 0) return 'rows';
  if (error) return 'failed';
  if (!file || !state) return 'loading';
  if (!(query.text || query.only || query.sort)) return state.done ? 'empty' : 'loading';
  if (state.found.done) return 'no-match';
  return query.sort ? 'sorting' : 'searching';
}
