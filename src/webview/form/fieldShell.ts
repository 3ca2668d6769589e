import type { FormProblem, TaskPath } from '../../protocol/form';
import { type Child, el, fill, newId, onChange, setAttribute, show } from '../kit/dom';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';

export interface ShellOptions {
  label: string;
  /** From the schema. */
  description?: string;
  path: TaskPath;
  /** Takes the value out of the file, so that the default counts. */
  onReset?: () => void;
  /** Where the value is a list or the like, which no label can point to. */
  group?: boolean;
}

/** A setting as the editor's own settings are shown: name, explanation, control, and a mark where it is not the default. */
export interface FieldShell {
  element: HTMLElement;
  /** Names, explains and marks the control, which `children` holds. */
  hold(control: HTMLElement, ...children: Child[]): void;
  update(state: { modified: boolean; problems: readonly FormProblem[] }): void;
}

export function fieldShell({ label, description, path, onReset, group }: ShellOptions): FieldShell {
  const id = newId('field');
  const [labelId, descriptionId, problemsId] = [`${id}-label`, `${id}-description`, `${id}-problems`];
  const name = group
    ? el('h3', { class: 'field-label', id: labelId }, label)
    : el('label', { class: 'field-label', id: labelId, for: id }, label);
  const reset = el(
    'button',
    {
      type: 'button',
      class: 'field-reset',
      title: t('Reset to the default'),
      'aria-label': t('Reset {0} to its default', label),
      on: { click: () => onReset?.() },
    },
    icon('refresh'),
  );
  reset.hidden = true;
  const explanation = el('p', { class: 'field-description', id: descriptionId }, description ?? '');
  show(explanation, Boolean(description));
  const problems = el('div', { class: 'field-problems', id: problemsId });
  const body = el('div', { class: 'field-body' });
  const element = el(
    'div',
    { class: 'field', 'data-path': JSON.stringify(path) },
    el('div', { class: 'field-head' }, name, reset),
    explanation,
    body,
    problems,
  );
  let held: HTMLElement | undefined;
  const news = onChange();
  return {
    element,
    hold(control, ...children) {
      held = control;
      if (group) {
        control.setAttribute('role', 'group');
        control.setAttribute('aria-labelledby', labelId);
      } else control.id = id;
      if (description) control.setAttribute('aria-describedby', descriptionId);
      fill(body, ...(children.length > 0 ? children : [control]));
    },
    update({ modified, problems: all }) {
      if (!news(modified, JSON.stringify(all))) return;
      element.classList.toggle('modified', modified);
      show(reset, modified && onReset !== undefined);
      const wrong = all.some(({ severity }) => severity === 'error');
      fill(problems, ...all.map(problemLine));
      show(problems, all.length > 0);
      if (!held) return;
      setAttribute(held, 'aria-invalid', wrong ? 'true' : undefined);
      setAttribute(held, 'aria-errormessage', wrong ? problemsId : undefined);
      const described = [description && descriptionId, all.length > 0 && problemsId].filter(Boolean);
      setAttribute(held, 'aria-describedby', described.join(' ') || undefined);
    },
  };
}

function problemLine({ severity, message, hint }: FormProblem): HTMLElement {
  return el(
    'p',
    { class: `problem ${severity}` },
    icon(severity === 'information' ? 'info' : 'warning'),
    el('span', {}, [message, hint].filter(Boolean).join(' ')),
  );
}
