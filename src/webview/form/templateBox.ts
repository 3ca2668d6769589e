import { el, fill } from '../kit/dom';
import { templateParts } from '../playground/templateHoles';
import { LiveText } from './liveText';

/** A text with holes: the holes stand out while it is typed, and grow the box. */
export interface TemplateBox {
  element: HTMLElement;
  area: HTMLTextAreaElement;
  /** `columns`: names that a hole may have; empty where they are not known. */
  set(text: string, columns: readonly string[]): void;
  /** At the caret, in place of what is selected. */
  insert(text: string): void;
  drop(): void;
}

export function templateBox(write: (text: string) => void): TemplateBox {
  const area = el('textarea', { class: 'input template-text', rows: 3, spellcheck: 'false' });
  // The same text below the box, whose own letters are drawn over it: browsers cannot colour parts of a textarea.
  const mirror = el('div', { class: 'template-mirror', 'aria-hidden': 'true' });
  const live = new LiveText(area, write);
  let known: readonly string[] = [];
  const draw = (): void => {
    fill(mirror, ...holes(area.value, known), '\n');
  };
  area.addEventListener('input', draw);
  return {
    element: el('div', { class: 'template-box' }, mirror, area),
    area,
    set(text, columns) {
      known = columns;
      live.set(text);
      draw();
    },
    insert(text) {
      area.focus();
      area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
      area.dispatchEvent(new Event('input', { bubbles: true }));
      live.flush();
    },
    drop: () => live.drop(),
  };
}

const TOKEN = /\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g;

function holes(text: string, known: readonly string[]): (HTMLElement | string)[] {
  return (text.match(TOKEN) ?? []).map((token) => {
    const [part] = templateParts(token);
    if (token.length < 3 || !token.startsWith('{') || part?.kind === 'text') return token;
    const column = token.slice(1, -1).trim();
    const right = part?.kind === 'mask' || known.length === 0 || known.includes(column);
    return el('span', { class: right ? 'template-hole' : 'template-hole unknown' }, token);
  });
}
