const waiting = new Set<() => void>();
let asked = false;

/** Draws in one of the next frames, one drawing a frame: many charts that change at once do not hold up the page. */
export function drawSoon(draw: () => void): void {
  waiting.add(draw);
  if (!asked) requestAnimationFrame(next);
  asked = true;
}

function next(): void {
  for (const draw of waiting) {
    waiting.delete(draw);
    draw();
    break;
  }
  asked = waiting.size > 0;
  if (asked) requestAnimationFrame(next);
}
