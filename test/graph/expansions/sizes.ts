import { ROWS } from './compare';

export const [HEADS, KEY_HEADS, SIZE] = [4, 2, 16];
export const caches = (heads: number, past: number, rows = ROWS) => ({
  'past keys': [rows, heads, past, SIZE],
  'past values': [rows, heads, past, SIZE],
});
