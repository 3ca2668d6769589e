import {
  provideVSCodeDesignSystem,
  type TextArea,
  type TextField,
  vsCodeButton,
  vsCodeTextArea,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { el, fill, newId } from './dom';
import { type IconName, icon } from './icons';

// The only module that knows the (deprecated) toolkit: replacing it means rewriting this file.

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextField(), vsCodeTextArea());

export interface ButtonOptions {
  label: string;
  icon?: IconName;
  title?: string;
  primary?: boolean;
  onClick: () => void;
}

export function button({ label, icon: name, title, primary, onClick }: ButtonOptions): HTMLElement {
  const element = el(
    'vscode-button',
    { appearance: primary ? 'primary' : 'secondary', title, on: { click: onClick } },
    label,
  );
  if (name) {
    const start = el('span', { slot: 'start', class: 'button-icon' }, icon(name));
    element.prepend(start);
  }
  return element;
}

/** A button that is only an icon; the label is its tooltip and what a screen reader says. */
export function iconButton(name: IconName, label: string, onClick: () => void): HTMLElement {
  return el(
    'vscode-button',
    { appearance: 'icon', 'aria-label': label, title: label, on: { click: onClick } },
    icon(name),
  );
}

export interface TextInput {
  element: HTMLElement;
  value(): string;
  set(value: string): void;
}

export function searchField(label: string, onInput: (value: string) => void): TextInput {
  // The toolkit names a field by its content alone.
  const field = el(
    'vscode-text-field',
    { placeholder: label },
    el('span', { class: 'sr-only' }, label),
    el('span', { slot: 'start', class: 'button-icon' }, icon('search')),
  ) as TextField;
  field.addEventListener('input', () => onInput(field.value));
  return input(field);
}

export function textArea(label: string, onInput: (value: string) => void): TextInput {
  const area = el('vscode-text-area', { rows: 2, resize: 'vertical' }, label) as TextArea;
  area.addEventListener('input', () => onInput(area.value));
  return input(area);
}

function input(field: TextField | TextArea): TextInput {
  return {
    element: field,
    value: () => field.value ?? '',
    set: (value) => {
      if (field.value !== value) field.value = value;
    },
  };
}

export interface Choice {
  element: HTMLElement;
  set(options: readonly { value: string; label: string }[], value: string): void;
}

/** A list to choose from: the browser's own, which is complete for keyboards and screen readers. */
export function choice(label: string, onChoose: (value: string) => void): Choice {
  const id = newId('choice');
  const select = el('select', { id, class: 'select', 'aria-label': label, title: label });
  select.addEventListener('change', () => onChoose(select.value));
  let shown: readonly { value: string; label: string }[] | undefined;
  return {
    element: select,
    set(options, value) {
      const same =
        shown?.length === options.length &&
        options.every((one, i) => one.value === shown?.[i]?.value && one.label === shown[i]?.label);
      if (!same) fill(select, ...options.map((one) => el('option', { value: one.value }, one.label)));
      shown = options;
      if (select.value !== value) select.value = value;
    },
  };
}

/** A row of buttons of which one is pressed. */
export function segments<T extends string>(label: string, onChoose: (value: T) => void) {
  const element = el('div', { class: 'segments', role: 'group', 'aria-label': label });
  const buttons = new Map<T, HTMLButtonElement>();
  return {
    element,
    set(options: readonly { value: T; label: string; title?: string; count?: string }[], value: T): void {
      const keys = options.map((one) => one.value);
      if (keys.join() !== [...buttons.keys()].join()) {
        buttons.clear();
        for (const one of options)
          buttons.set(
            one.value,
            el('button', { type: 'button', class: 'segment', on: { click: () => onChoose(one.value) } }),
          );
        fill(element, ...buttons.values());
      }
      for (const one of options) {
        const segment = buttons.get(one.value)!;
        const content = one.count === undefined ? one.label : `${one.label} ${one.count}`;
        if (segment.textContent !== content)
          fill(
            segment,
            one.count === undefined ? one.label : `${one.label} `,
            one.count !== undefined && el('span', { class: 'count' }, one.count),
          );
        segment.title = one.title ?? '';
        segment.setAttribute('aria-pressed', String(one.value === value));
      }
    },
  };
}
