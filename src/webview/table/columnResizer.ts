import { el, setAttribute } from '../kit/dom';
import { t } from '../kit/l10n';
import { NARROWEST, withinWidths } from './gridColumns';

const KEY_STEP = 16;

/** The edge of a column that can be pulled, or moved with the arrow keys. */
export function columnResizer(
  name: string,
  onResize: (width: number) => void,
): { element: HTMLElement; set(width: number): void } {
  let width = 0;
  let grip: { x: number; width: number } | undefined;
  const element = el('div', {
    class: 'head-resizer',
    role: 'separator',
    tabindex: 0,
    'aria-orientation': 'vertical',
    'aria-label': t('Width of {0}', name),
    'aria-valuemin': NARROWEST,
    on: {
      pointerdown(event) {
        const { clientX, pointerId } = event as PointerEvent;
        grip = { x: clientX, width };
        element.setPointerCapture(pointerId);
        event.preventDefault();
      },
      pointermove(event) {
        if (grip) onResize(withinWidths(grip.width + (event as PointerEvent).clientX - grip.x));
      },
      pointerup() {
        grip = undefined;
      },
      lostpointercapture() {
        grip = undefined;
      },
      keydown(event) {
        const step = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[(event as KeyboardEvent).key];
        if (step === undefined) return;
        onResize(withinWidths(width + step));
        event.preventDefault();
        event.stopPropagation();
      },
    },
  });
  return {
    element,
    set(next) {
      width = next;
      setAttribute(element, 'aria-valuenow', Math.round(next));
    },
  };
}
