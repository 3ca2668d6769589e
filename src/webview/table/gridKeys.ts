/** Where the active cell is, and how far it can go. `page`: rows that fit on the screen. */
export interface GridPlace {
  row: number;
  column: number;
  page: number;
  rows: number;
  columns: number;
}

/** Where a key takes the active cell, as in ARIA's grids; undefined if it moves nothing. May lie outside the table. */
export function moves(
  { key, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>,
  { row, column, page, rows, columns }: GridPlace,
): { row: number; column: number } | undefined {
  const far = ctrlKey || metaKey;
  switch (key) {
    case 'ArrowDown':
      return { row: far ? rows - 1 : row + 1, column };
    case 'ArrowUp':
      return { row: far ? 0 : row - 1, column };
    case 'ArrowRight':
      return { row, column: far ? columns - 1 : column + 1 };
    case 'ArrowLeft':
      return { row, column: far ? 0 : column - 1 };
    case 'PageDown':
      return { row: row + page, column };
    case 'PageUp':
      return { row: row - page, column };
    case 'Home':
      return { row: far ? 0 : row, column: 0 };
    case 'End':
      return { row: far ? rows - 1 : row, column: columns - 1 };
    default:
      return undefined;
  }
}
