import type { RenderedPrompt } from '../../protocol/dataset';
import type { TableRow } from '../../protocol/table';
import type { ToTable } from '../../protocol/tablePage';
import { button, iconButton } from '../kit/controls';
import { el, fill, setText, show } from '../kit/dom';
import { formatCount, formatPercent, formatRows } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { TableContext, TablePart } from './tableContext';
import { rowAt, rowCount, type TableModel } from './tableModel';

export interface RowPane extends TablePart {
  receive(message: ToTable): void;
}

/** The active row in full: its cells, what a run answered, and its prompt as the model reads it. */
export function rowPane(context: TableContext): RowPane {
  let wanted: number | undefined;
  let heard: string | undefined;
  let full: TableRow | undefined;
  let prompt: Extract<ToTable, { type: 'prompt' }> | undefined;
  let shown = '';
  const title = el('h2', {});
  const fields = el('dl', { class: 'row-fields' });
  const rendered = el('section', { class: 'row-prompt', 'aria-label': t('Prompt') });
  const inText = button({ label: t('Show in text'), onClick: () => openText() });
  const element = el(
    'aside',
    {
      class: 'row-pane',
      'aria-label': t('Row in full'),
      on: { keydown: (event) => (event as KeyboardEvent).key === 'Escape' && context.showDetail(false) },
    },
    el(
      'header',
      { class: 'row-head' },
      title,
      el(
        'span',
        { class: 'tools-end' },
        inText,
        iconButton('cross', t('Close'), () => context.showDetail(false)),
      ),
    ),
    el(
      'div',
      { class: 'row-body', tabindex: 0, role: 'group', 'aria-label': t('Row in full') },
      fields,
      rendered,
    ),
  );

  function openText(): void {
    if (full) context.send({ type: 'command', name: 'openAsText', line: full.line });
  }

  function draw(model: TableModel): void {
    const row = full?.row === wanted ? full : undefined;
    const known = prompt?.number === wanted ? prompt : undefined;
    const prediction = wanted === undefined ? undefined : model.predictions.get(wanted);
    const state = JSON.stringify([
      wanted,
      row?.cells,
      row?.fault,
      known,
      prediction?.predicted,
      model.columns.length,
    ]);
    if (state === shown) return;
    shown = state;
    const line =
      model.file?.text && row ? t('Row {0}, line {1}', formatCount(row.row), formatCount(row.line)) : '';
    setText(title, line || (wanted === undefined ? '' : t('Row {0}', formatCount(wanted))));
    show(inText, model.file?.text === true && row !== undefined);
    fill(
      fields,
      row?.fault !== undefined && field(t('Cannot be used'), row.fault),
      prediction !== undefined &&
        field(
          prediction.correct ? t('Predicted, right') : t('Predicted, wrong'),
          `${prediction.predicted} · ${formatPercent(prediction.confidence)}`,
          prediction.correct ? 'good' : 'bad',
        ),
      ...(row && row.fault === undefined
        ? model.columns.map(({ name }, i) => field(name, row.cells[i] ?? ''))
        : []),
    );
    show(rendered, known !== undefined);
    if (known) fill(rendered, ...promptParts(known));
  }

  return {
    element,
    receive(message) {
      if (message.type === 'row') full = message.row ?? undefined;
      if (message.type === 'prompt') prompt = message;
    },
    update(model, view) {
      const open = view.detail === true && rowCount(model) > 0;
      show(element, open);
      if (!open) return;
      const row = rowAt(model, Math.min(view.row ?? 0, rowCount(model) - 1));
      wanted = row?.row ?? wanted;
      const key = `${row?.row} ${model.state?.version}`;
      if (row && key !== heard) {
        heard = key;
        context.send({ type: 'row', row: row.row });
      }
      draw(model);
    },
  };
}

function field(name: string, text: string, look = ''): HTMLElement {
  const value = text === '' ? el('span', { class: 'quiet' }, t('empty')) : text;
  return el('div', { class: 'row-field' }, el('dt', {}, name), el('dd', { class: look }, value));
}

function promptParts({ task, prompt, error }: Extract<ToTable, { type: 'prompt' }>): HTMLElement[] {
  const heading = el('h3', {}, t('Prompt of “{0}”', task));
  if (!prompt) {
    return [
      heading,
      el(
        'p',
        { class: 'row-problem' },
        icon('warning'),
        [error?.message, error?.hint].filter(Boolean).join(' '),
      ),
    ];
  }
  return [
    heading,
    el('p', { class: 'quiet' }, promptFacts(prompt)),
    el('pre', { class: 'row-text' }, ...segments(prompt)),
  ];
}

function promptFacts({ tokens, cutTokens, target }: RenderedPrompt): string {
  return [
    formatRows(tokens, 'token'),
    cutTokens > 0 && t('{0} cut to fit the limit', formatRows(cutTokens, 'token')),
    t('target: {0}', target),
  ]
    .filter(Boolean)
    .join(' · ');
}

function segments({ segments }: RenderedPrompt): (string | HTMLElement)[] {
  return segments.map((segment) =>
    segment.kind === 'text'
      ? segment.text
      : el('span', { class: 'virtual-tokens' }, formatRows(segment.count, 'virtual token')),
  );
}
