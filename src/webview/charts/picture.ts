import { themeColour, toCss } from '../kit/theme';

// A card of the page painted on a canvas, as it stands there: texts, boxes, lines, icons, charts. The page's content
// security policy leaves no other way from HTML to a picture.

/** Pixels of the picture for one of the page. */
const SCALE = 2;
/** Browsers refuse larger canvases; a picture that would be larger is made coarser. */
const LARGEST = 8192;
const MARGIN = 16;

type Paint = (ctx: CanvasRenderingContext2D, width: number, height: number) => void;
const painters = new WeakMap<Element, Paint>();

/** For elements that paint themselves sharply at any scale, in CSS pixels from their upper left corner. */
export function paintedBy(element: Element, paint: Paint): void {
  painters.set(element, paint);
}

/** PNG of an element with a title, in the theme's colours: base64 without a head. What is marked data-no-picture is left out. */
export function pictureOf(element: HTMLElement, title: string): string {
  const scrollers = [...element.querySelectorAll<HTMLElement>('*')].filter(scrolls);
  for (const one of scrollers) one.scrollTo(0, 0);
  const box = element.getBoundingClientRect();
  let { width, height } = box;
  for (const one of scrollers) {
    const at = one.getBoundingClientRect();
    width = Math.max(width, at.left - box.left + one.scrollWidth + MARGIN);
    height = Math.max(height, box.height + one.scrollHeight - one.clientHeight);
  }
  const titled = !hasVisibleTitle(element);
  const top = titled ? 2 * MARGIN : 0;
  const scale = Math.min(SCALE, LARGEST / Math.max(width, height + top));
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil((height + top) * scale);
  const ctx = canvas.getContext('2d')!;
  ctx.scale(scale, scale);
  ctx.fillStyle = toCss(themeColour('--sp-background'));
  ctx.fillRect(0, 0, width, height + top);
  if (titled) {
    ctx.fillStyle = toCss(themeColour('--sp-strong'));
    ctx.font = `600 13px ${getComputedStyle(element).fontFamily}`;
    ctx.fillText(title, MARGIN, MARGIN + 10);
  }
  ctx.translate(-box.left, top - box.top);
  for (const child of element.children) paint(ctx, child);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

function hasVisibleTitle(element: HTMLElement): boolean {
  const heading = element.querySelector('h2');
  return heading !== null && !heading.classList.contains('sr-only');
}

function scrolls(element: HTMLElement): boolean {
  const { overflowX, overflowY } = getComputedStyle(element);
  return /auto|scroll/.test(overflowX + overflowY) && element.clientHeight > 0;
}

function paint(ctx: CanvasRenderingContext2D, element: Element): void {
  if (element.hasAttribute('data-no-picture') || element.classList.contains('sr-only')) return;
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden') return;
  const box = element.getBoundingClientRect();
  ctx.save();
  ctx.globalAlpha *= Number(style.opacity);
  const own = painters.get(element);
  if (own) {
    ctx.translate(box.left, box.top);
    own(ctx, box.width, box.height);
  } else if (element instanceof HTMLCanvasElement) {
    ctx.drawImage(element, box.left, box.top, box.width, box.height);
  } else if (element instanceof SVGElement) paintIcon(ctx, element, style, box);
  else {
    paintBox(ctx, style, box);
    for (const child of element.childNodes) {
      if (child instanceof Element) paint(ctx, child);
      else if (child instanceof Text) paintText(ctx, child, element, style);
    }
  }
  ctx.restore();
}

function paintBox(ctx: CanvasRenderingContext2D, style: CSSStyleDeclaration, box: DOMRect): void {
  const round = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, box.width / 2, box.height / 2);
  const radius = style.borderTopLeftRadius.endsWith('%') ? Math.min(box.width, box.height) / 2 : round;
  const shape = () => {
    ctx.beginPath();
    ctx.roundRect(box.left, box.top, box.width, box.height, radius);
  };
  if (!/^rgba\(.*, 0\)$|^transparent$/.test(style.backgroundColor)) {
    shape();
    ctx.fillStyle = style.backgroundColor;
    ctx.fill();
  }
  const sides = [
    ['Top', box.left, box.top, box.right, box.top],
    ['Right', box.right, box.top, box.right, box.bottom],
    ['Bottom', box.left, box.bottom, box.right, box.bottom],
    ['Left', box.left, box.top, box.left, box.bottom],
  ] as const;
  const drawn = sides.filter(([side]) => Number.parseFloat(style[`border${side}Width`]) > 0);
  if (drawn.length === 4 && radius > 0) {
    shape();
    ctx.lineWidth = Number.parseFloat(style.borderTopWidth);
    ctx.strokeStyle = style.borderTopColor;
    ctx.stroke();
    return;
  }
  for (const [side, x1, y1, x2, y2] of drawn) {
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.lineWidth = Number.parseFloat(style[`border${side}Width`]);
    ctx.strokeStyle = style[`border${side}Color`];
    ctx.setLineDash(style[`border${side}Style`] === 'dashed' ? [4, 3] : []);
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

function paintText(
  ctx: CanvasRenderingContext2D,
  node: Text,
  parent: Element,
  style: CSSStyleDeclaration,
): void {
  if (!node.data.trim()) return;
  ctx.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  ctx.letterSpacing = style.letterSpacing === 'normal' ? '0px' : style.letterSpacing;
  ctx.fillStyle = style.color;
  ctx.textAlign = 'left';
  const { fontBoundingBoxAscent, fontBoundingBoxDescent } = ctx.measureText('x');
  if (style.writingMode.startsWith('vertical')) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const room = parent.getBoundingClientRect();
    ctx.save();
    ctx.translate(box.left + box.width / 2, room.bottom);
    ctx.rotate(-Math.PI / 2);
    const middle = (fontBoundingBoxAscent - fontBoundingBoxDescent) / 2;
    ctx.fillText(fitting(ctx, node.data, room.height), 0, middle);
    ctx.restore();
    return;
  }
  const clipping = parent.closest('.clip, [data-clip]') ?? parent;
  const clipped = getComputedStyle(clipping).textOverflow === 'ellipsis';
  const right = clipped ? clipping.getBoundingClientRect().right : Number.POSITIVE_INFINITY;
  for (const { text, left, top } of linesOf(node))
    ctx.fillText(fitting(ctx, text, right - left + 1), left, top + fontBoundingBoxAscent);
}

function fitting(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let short = text;
  while (short.length > 1 && ctx.measureText(`${short}…`).width > width) short = short.slice(0, -1);
  return `${short}…`;
}

/** A text node as the lines that the browser broke it into. */
function linesOf(node: Text): { text: string; left: number; top: number }[] {
  const range = document.createRange();
  const lines: { text: string; left: number; top: number }[] = [];
  for (let i = 0; i < node.data.length; i++) {
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const box = range.getClientRects()[0];
    if (!box || box.width === 0) continue;
    const line = lines.at(-1);
    const character = node.data[i] === '\n' ? ' ' : node.data[i]!;
    if (line && Math.abs(line.top - box.top) < 2) line.text += character;
    else lines.push({ text: character, left: box.left, top: box.top });
  }
  return lines;
}

function paintIcon(
  ctx: CanvasRenderingContext2D,
  icon: SVGElement,
  style: CSSStyleDeclaration,
  box: DOMRect,
): void {
  const size = icon.getAttribute('viewBox')?.split(' ')[2];
  ctx.translate(box.left, box.top);
  ctx.scale(box.width / Number(size ?? 16), box.height / Number(size ?? 16));
  ctx.strokeStyle = style.color;
  ctx.lineWidth = 1.5;
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  for (const path of icon.querySelectorAll('path')) ctx.stroke(new Path2D(path.getAttribute('d') ?? ''));
}
