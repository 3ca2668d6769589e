import type { FromTable, TablePageState, ToTable } from '../../protocol/tablePage';
import type { TableQuery } from '../../protocol/tableQuery';
import { el, show } from '../kit/dom';
import { oncePerFrame } from '../kit/oncePerFrame';
import { keepHierarchy } from '../kit/theme';
import { grid } from './grid';
import { readTableState } from './pageState';
import { placeholder, stateOf } from './placeholder';
import { rowPane } from './rowPane';
import type { TableContext } from './tableContext';
import { ask, emptyModel, receive } from './tableModel';
import { toolbar } from './toolbar';

const vscode = acquireVsCodeApi<FromTable, TablePageState>();
let view = readTableState(vscode.getState());
const model = emptyModel(view.query ?? {});

const schedule = oncePerFrame(draw);

const context: TableContext = {
  send: (message) => vscode.postMessage(message),
  keep(change) {
    view = { ...view, ...change, widths: { ...view.widths, ...change.widths } };
    vscode.setState(view);
    // The grid has scrolled by itself.
    if (Object.keys(change).some((name) => name !== 'top')) schedule();
  },
  ask(change) {
    const { text, only, sort }: TableQuery = { ...model.query, ...change };
    const query = { ...(text && { text }), ...(only && { only }), ...(sort && { sort }) };
    ask(model, query);
    vscode.postMessage({ type: 'query', query });
    context.keep({ query, row: 0, top: 0 });
  },
  showDetail(open) {
    if (open === (view.detail ?? false)) return;
    context.keep({ detail: open });
    if (!open) rows.focus();
  },
};

/** A row of the file, by its number: in the file's order, where every row has its place. */
function goToRow(row: number): void {
  const { text, only, sort } = model.query;
  if (text || only || sort) context.ask({ text: undefined, only: undefined, sort: undefined });
  wish = row;
  followWish();
}

/** The row that was asked for, from 1, until it is known. */
let wish: number | undefined;

function followWish(): void {
  const { state } = model;
  if (wish === undefined || !state) return;
  if (state.found.rows < wish && !state.found.done) return;
  const index = Math.min(wish, state.found.rows) - 1;
  wish = undefined;
  draw();
  rows.goTo(Math.max(0, index));
  // Where the keyboard is outside, in a list of problems, it stays there.
  if (document.hasFocus()) rows.focus();
}

const tools = toolbar(context, goToRow);
const rows = grid(context);
const nothing = placeholder(context);
const detail = rowPane(context);
const root = el(
  'main',
  { class: 'table-page' },
  tools.element,
  el('div', { class: 'table-middle' }, rows.element, nothing.element),
  detail.element,
);
root.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
  tools.focusSearch();
  event.preventDefault();
});

/** The keyboard is in the table once it is there, unless it is elsewhere already. */
let focused = false;
function takeFocus(): void {
  if (!focused && document.hasFocus() && document.activeElement === document.body) rows.focus();
  focused = true;
}

function draw(): void {
  const state = stateOf(model);
  const { activeElement } = document;
  show(rows.element, model.columns.length > 0 && state !== 'untrusted' && state !== 'failed');
  rows.element.classList.toggle('grid-empty', state !== 'rows');
  for (const part of [tools, rows, nothing, detail]) part.update(model, view);
  if (state === 'rows') takeFocus();
  // A filter's chip that was pressed is gone, as is the button of a table where nothing was found.
  if (activeElement !== document.body && activeElement?.checkVisibility() === false) tools.focusSearch();
}

window.addEventListener('message', ({ data }: MessageEvent<ToTable>) => {
  if (data.type === 'goTo') goToRow(data.row);
  receive(model, data);
  detail.receive(data);
  // The extension asks with what the page had before it was reloaded.
  if (data.type === 'open' && data.trusted) vscode.postMessage({ type: 'query', query: model.query });
  followWish();
  schedule();
});

keepHierarchy();
document.body.append(root);
draw();
vscode.postMessage({ type: 'ready' });
