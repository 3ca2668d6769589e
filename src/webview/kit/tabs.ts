import { el, newId, setText, show } from './dom';
import { t } from './l10n';

export interface TabSpec<T extends string> {
  name: T;
  label: string;
  panel: HTMLElement;
}

/** Tabs after the ARIA pattern: arrows move between them, one is in the tab order. */
export function tabs<T extends string>(specs: readonly TabSpec<T>[], onSelect: (name: T) => void) {
  const list = el('div', { class: 'tabs', role: 'tablist', 'aria-label': t('Parts of the run') });
  const all = specs.map(({ name, label, panel }) => {
    const id = newId('tab');
    const text = el('span', {}, label);
    const count = el('span', { class: 'count' });
    const tab = el('button', { type: 'button', class: 'tab', role: 'tab', id }, text, count);
    panel.id = newId('tabpanel');
    tab.setAttribute('aria-controls', panel.id);
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', id);
    tab.addEventListener('click', () => onSelect(name));
    return { name, tab, panel, count };
  });
  list.append(...all.map(({ tab }) => tab));
  list.addEventListener('keydown', (event) => {
    const at = all.findIndex(({ tab }) => tab === document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || step === undefined) return;
    const next = all[(at + step + all.length) % all.length]!;
    onSelect(next.name);
    next.tab.focus();
    event.preventDefault();
  });
  let shown: T | undefined;
  return {
    element: list,
    select(name: T): void {
      const turned = shown !== undefined && shown !== name;
      shown = name;
      for (const one of all) {
        const selected = one.name === name;
        one.tab.setAttribute('aria-selected', String(selected));
        one.tab.tabIndex = selected ? 0 : -1;
        show(one.panel, selected);
        // What led here may be hidden now, and would take the focus with it.
        if (selected && turned && document.hasFocus() && !list.contains(document.activeElement))
          one.tab.focus();
      }
    },
    setCount(name: T, count: string): void {
      const one = all.find((tab) => tab.name === name);
      if (one) setText(one.count, count);
    },
  };
}
