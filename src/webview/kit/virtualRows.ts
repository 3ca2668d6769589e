import { el, fill } from './dom';

/** Height of a row in CSS pixels; webview.css has the same as --sp-row. */
export const ROW_HEIGHT = 32;
const OVERSCAN = 8;

export interface VirtualRows {
  element: HTMLElement;
  /** Shows this many rows; keeps the place unless told to go to the top. */
  setCount(count: number, toTop: boolean): void;
  /** Draws the visible rows again. */
  redraw(): void;
  scrollTo(index: number): void;
  /** Rows that fit, for the page keys. */
  pageSize(): number;
}

/** A long list that has only the rows in view in the page. `scroller` is the element that scrolls around it. */
export function virtualRows(
  scroller: HTMLElement,
  headHeight: number,
  renderRow: (index: number) => HTMLElement,
): VirtualRows {
  const element = el('div', { class: 'virtual-rows', role: 'rowgroup' });
  let count = 0;
  let first = 0;
  let end = 0;

  function draw(force: boolean): void {
    const top = scroller.scrollTop;
    const nextFirst = Math.max(0, Math.floor(top / ROW_HEIGHT) - OVERSCAN);
    const visible = Math.ceil((scroller.clientHeight || 400) / ROW_HEIGHT) + 2 * OVERSCAN;
    const nextEnd = Math.min(count, nextFirst + visible);
    if (!force && nextFirst === first && nextEnd === end) return;
    first = nextFirst;
    end = nextEnd;
    fill(
      element,
      ...Array.from({ length: end - first }, (_, i) => {
        const row = renderRow(first + i);
        row.style.transform = `translateY(${(first + i) * ROW_HEIGHT}px)`;
        return row;
      }),
    );
  }

  scroller.addEventListener('scroll', () => draw(false), { passive: true });
  new ResizeObserver(() => draw(false)).observe(scroller);

  return {
    element,
    setCount(next, toTop) {
      count = next;
      element.style.height = `${count * ROW_HEIGHT}px`;
      if (toTop) scroller.scrollTop = 0;
      draw(true);
    },
    redraw: () => draw(true),
    scrollTo(index) {
      const top = index * ROW_HEIGHT;
      const bottom = top + ROW_HEIGHT + headHeight;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (bottom > scroller.scrollTop + scroller.clientHeight)
        scroller.scrollTop = bottom - scroller.clientHeight;
      draw(false);
    },
    pageSize: () => Math.max(1, Math.floor((scroller.clientHeight - headHeight) / ROW_HEIGHT) - 1),
  };
}

/** Where a key leads from the active one of so many rows; undefined for keys that do not move. */
export function rowAfterKey(
  key: string,
  active: number,
  count: number,
  pageSize: number,
): number | undefined {
  const moves: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + pageSize,
    PageUp: active - pageSize,
    Home: 0,
    End: count - 1,
  };
  const target = moves[key];
  return target === undefined ? undefined : Math.max(0, Math.min(count - 1, target));
}
