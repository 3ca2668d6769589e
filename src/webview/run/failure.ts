import type { ErrorReport, Place } from '../../protocol/errors';
import type { FromPanel } from '../../protocol/panel';
import { button, iconButton } from '../kit/controls';
import { el, fill, onChange, show } from '../kit/dom';
import { fileName } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from './panelContext';

/** Why the run shown failed, where, and what to do. */
export function failedRun(context: PanelContext): Component {
  const element = el('div', {});
  const changed = onChange();
  return {
    element,
    update({ run }) {
      const error = run?.progress.state === 'failed' ? run.progress.error : undefined;
      if (!changed(error)) return;
      show(element, error !== undefined);
      fill(element, error && failureCard(t('This run failed'), error, context));
    },
  };
}

/** What was asked for and could not be done; it can be put away. */
export function failedRequest(context: PanelContext): Component {
  const element = el('div', {});
  const changed = onChange();
  return {
    element,
    update({ failure }) {
      if (!changed(failure)) return;
      show(element, failure !== undefined);
      const dismiss = iconButton('cross', t('Dismiss'), () => show(element, false));
      fill(element, failure && failureCard(t('That did not work'), failure, context, dismiss));
    },
  };
}

function failureCard(
  title: string,
  error: ErrorReport,
  context: PanelContext,
  dismiss?: HTMLElement,
): HTMLElement {
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
        error.code === 'task-invalid' && says(t('Open task file'), 'file', { type: 'openTask' }),
        says(t('Open log'), 'log', { type: 'openLog' }),
      ),
    ),
    dismiss,
  );
}

function placeLine({ file, line, column, row, node }: Place, context: PanelContext): HTMLElement {
  const where = [
    line && t('line {0}', line),
    column && t('column {0}', column),
    row && t('row {0}', row),
    node,
  ]
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
