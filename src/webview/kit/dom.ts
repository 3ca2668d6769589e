export type Child = Node | string | number | undefined | null | false;

export interface Attributes {
  class?: string;
  on?: Partial<Record<string, (event: Event) => void>>;
  [name: string]: string | number | boolean | undefined | Partial<Record<string, (event: Event) => void>>;
}

/** An element with its attributes, listeners and children. `false` and `undefined` leave an attribute out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function el(tag: string, attributes?: Attributes, ...children: Child[]): HTMLElement;
export function el(tag: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  const { on = {}, ...rest } = attributes;
  for (const [name, listener] of Object.entries(on)) if (listener) element.addEventListener(name, listener);
  for (const [name, value] of Object.entries(rest)) setAttribute(element, name, value as string);
  appendAll(element, children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(tag: string, attributes: Record<string, string>, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Replaces what is inside an element. */
export function fill(element: HTMLElement, ...children: Child[]): void {
  element.replaceChildren();
  appendAll(element, children);
}

/** Sets text only when it differs, so that a live page does not disturb selections and screen readers. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(
  element: HTMLElement,
  name: string,
  value: string | number | boolean | undefined,
): void {
  if (value === undefined || value === false) element.removeAttribute(name);
  else {
    const text = value === true ? '' : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

export function show(element: HTMLElement, visible: boolean): void {
  if (element.hidden === visible) element.hidden = !visible;
}

/** True when any of the given values is another one than at the last call: for work that need not be repeated. */
export function onChange(): (...values: unknown[]) => boolean {
  let last: unknown[] | undefined;
  return (...values) => {
    const changed = !last || values.some((value, index) => !Object.is(value, last?.[index]));
    last = values;
    return changed;
  };
}

let ids = 0;

/** A new id, for labels and the elements they name. */
export function newId(prefix: string): string {
  return `${prefix}-${++ids}`;
}

function appendAll(element: HTMLElement, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    element.append(typeof child === 'number' ? String(child) : child);
  }
}
