/** Browsers draw nothing beyond some 17 (Firefox) to 33 million pixels (Chromium). */
const MOST_PIXELS = 15_000_000;

/**
 * What a scrollbar's way stands for. Up to a limit a pixel is a pixel; a longer list is mapped to it in proportion, and
 * the wheel then has to be answered by hand, or a notch would skip pages.
 */
export interface ScrollSpan {
  /** Height of what is scrolled, in CSS pixels. */
  height: number;
  scaled: boolean;
  /** Top of the view in the list, for a place of the scrollbar. */
  toTop(scrollTop: number): number;
  /** The place of the scrollbar for a top in the list. */
  toScroll(top: number): number;
  /** The furthest top. */
  end: number;
}

/** @param list height of the whole list, @param view of what is seen of it. CSS pixels. */
export function scrollSpan(list: number, view: number): ScrollSpan {
  const height = Math.min(list, MOST_PIXELS);
  const end = Math.max(0, list - view);
  const way = Math.max(0, height - view);
  const ratio = way > 0 ? end / way : 1;
  const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  return {
    height,
    scaled: list > height,
    toTop: (scrollTop) => within(scrollTop * ratio, end),
    toScroll: (top) => within(top / ratio, way),
    end,
  };
}
