import type { ErrorReport, Place } from '../protocol/errors';
import type { FromPanel } from '../protocol/panel';
import { button } from './controls';
import { el, fill, onChange, show } from './dom';
import { fileName } from './format';
import { icon } from './icons';
import type { Component, PanelContext } from './panelContext';

/** What went wrong, where, and what to do: of the run, or of the last thing asked for. */
export function failure(context: PanelContext): Component {
  const element = el('div', { class: 'stack' });
  const changed = onChange();
  return {
    element,
    update({ run, failure: asked }) {
      if (!changed(run?.progress.error, run?.progress.state, asked)) return;
      const failed = run?.progress.state === 'failed' ? run.progress.error : undefined;
      fill(
        element,
        failed && failureCard('This run failed', failed, context),
        asked && failureCard('That did not work', asked, context),
      );
      show(element, element.childElementCount > 0);
    },
  };
}

function failureCard(title: string, error: ErrorReport, context: PanelContext): HTMLElement {
  const { message, hint, place } = error;
  const says = (label: string, name: 'file' | 'log', reply: FromPanel) =>
    button({ label, icon: name, onClick: () => context.send(reply) });
  return el(
    'section',
    { class: 'banner bad', role: 'alert' },
    icon('cross'),
    el(
      'div',
      { class: 'banner-body' },
      el('h2', {}, title),
      el('p', { class: 'banner-message' }, message),
      place && placeLine(place, context),
      hint && el('p', { class: 'hint' }, hint),
      el(
        'div',
        { class: 'banner-actions' },
        error.code === 'task-invalid' && says('Open task file', 'file', { type: 'openTask' }),
        says('Open log', 'log', { type: 'openLog' }),
      ),
    ),
  );
}

function placeLine({ file, line, column, row, node }: Place, context: PanelContext): HTMLElement {
  const where = [line && `line ${line}`, column && `column ${column}`, row && `row ${row}`, node]
    .filter(Boolean)
    .join(', ');
  const text = [file && fileName(file), where].filter(Boolean).join(', ');
  if (!file) return el('p', { class: 'quiet' }, text);
  return el(
    'p',
    {},
    el(
      'button',
      {
        type: 'button',
        class: 'link',
        title: file,
        on: { click: () => context.send({ type: 'openRow', file, line: line ?? 1 }) },
      },
      text,
    ),
  );
}
