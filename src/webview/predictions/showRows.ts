/** Of the table, in pixels: its head and a few rows. */
const LEAST_VISIBLE = 160;

/** In a narrow panel the rows are far from what filters them: takes the reader there, unless they are in view. */
export function showRows(): void {
  requestAnimationFrame(() => {
    const rows = document.querySelector('.predictions');
    if (!rows) return;
    const { top, bottom } = rows.getBoundingClientRect();
    const away = bottom < LEAST_VISIBLE || top > window.innerHeight - LEAST_VISIBLE;
    if (away) rows.scrollIntoView({ block: 'start' });
  });
}
