import { el, fill, newId, setAttribute, show } from '../kit/dom';
import { icon } from '../kit/icons';

export interface MenuItem {
  label: string;
  /** Set for items that are switched on and off. */
  checked?: boolean;
  choose: () => void;
}

/** A button with three dots that opens a menu, after the ARIA pattern: arrows move, Escape goes back to the button. */
export function menuButton(label: string, items: () => readonly MenuItem[]): HTMLElement {
  const list = el('div', { class: 'menu', role: 'menu', id: newId('menu'), 'aria-label': label });
  const button = el(
    'button',
    {
      type: 'button',
      class: 'menu-button',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      'aria-controls': list.id,
      'aria-label': label,
      title: label,
      on: { click: () => (list.hidden ? open() : close()) },
    },
    icon('more'),
  );
  const element = el('div', { class: 'menu-place', 'data-no-picture': '' }, button, list);
  show(list, false);

  element.addEventListener('keydown', (event) => {
    const entries = [...list.querySelectorAll<HTMLElement>('button')];
    if (list.hidden) {
      if (event.key === 'ArrowDown' && event.target === button) open();
      else return;
    } else {
      const at = entries.indexOf(document.activeElement as HTMLElement);
      const to = {
        ArrowDown: (at + 1) % entries.length,
        ArrowUp: (at - 1 + entries.length) % entries.length,
        Home: 0,
        End: entries.length - 1,
      }[event.key];
      if (to !== undefined) entries[to]?.focus();
      else if (event.key === 'Escape') close();
      else if (event.key === 'Tab') return close(false);
      else return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  element.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && element.contains(relatedTarget)) return;
    close(false);
  });

  function open(): void {
    fill(list, ...items().map(entry));
    show(list, true);
    setAttribute(button, 'aria-expanded', 'true');
    list.querySelector('button')?.focus();
  }

  function close(focus = true): void {
    if (list.hidden) return;
    show(list, false);
    setAttribute(button, 'aria-expanded', 'false');
    if (focus) button.focus();
  }

  function entry({ label: text, checked, choose }: MenuItem): HTMLElement {
    return el(
      'button',
      {
        type: 'button',
        class: 'menu-item',
        role: checked === undefined ? 'menuitem' : 'menuitemcheckbox',
        'aria-checked': checked === undefined ? undefined : String(checked),
        tabindex: -1,
        on: {
          click: () => {
            close();
            choose();
          },
        },
      },
      el('span', { class: 'menu-check' }, checked ? icon('check') : null),
      text,
    );
  }

  return element;
}
