import { el } from '../kit/dom';
import { icon } from '../kit/icons';

export interface SectionOptions {
  name: string;
  title: string;
  open: boolean;
  onToggle: (open: boolean) => void;
}

/** A part of the form that can be closed. */
export function section(
  { name, title, open, onToggle }: SectionOptions,
  ...children: (Node | false)[]
): HTMLElement {
  const details = el(
    'details',
    { class: 'section', id: `section-${name}`, open },
    el('summary', { class: 'section-head' }, icon('chevron'), el('h2', {}, title)),
    el('div', { class: 'section-body' }, ...children),
  );
  details.addEventListener('toggle', () => onToggle(details.open));
  return details;
}
