import { el } from '../kit/dom';

/** A card around a table, with a title and a remark at its right. */
export function tableCard(label: string, title: string, remark: string, body: HTMLElement): HTMLElement {
  const head = el(
    'header',
    { class: 'card-head' },
    el('h2', {}, title),
    el('span', { class: 'readout' }, remark),
  );
  return el('section', { class: 'card', 'aria-label': label }, head, body);
}
