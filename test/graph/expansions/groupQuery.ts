import type { Attribute } from '../../../src/engine/graph/graph';
import { type ExpansionCase, float, fused, int32, LENGTH, PAST, ROWS } from './compare';
import { caches, HEADS, KEY_HEADS, SIZE } from './sizes';

const tables = (pairs: number) => ({ cosines: [16, pairs], sines: [16, pairs] });

/** GroupQueryAttention; total lengths are those of full rows. */
export const group = (
  attributes: Record<string, Attribute | number>,
  { past = 0, packed = false, pairs = 0, keyHeads = KEY_HEADS, bias = false, rows = ROWS, size = SIZE } = {},
): Pick<ExpansionCase, 'inputs' | 'build' | 'past' | 'rows'> => ({
  past,
  rows,
  inputs: {
    query: [rows, LENGTH, (packed ? HEADS + 2 * keyHeads : HEADS) * size],
    ...(packed ? {} : { key: [rows, LENGTH, keyHeads * size], value: [rows, LENGTH, keyHeads * size] }),
    ...(past > 0 ? caches(keyHeads, past, rows) : {}),
    ...(pairs > 0 ? tables(pairs) : {}),
    ...(bias ? { bias: [1, HEADS, LENGTH, LENGTH + past] } : {}),
  },
  build: (b) => {
    const total = past + LENGTH;
    const given = (name: string, there: boolean) => (there ? name : '');
    const inputs = [
      'query',
      given('key', !packed),
      given('value', !packed),
      given('past keys', past > 0),
      given('past values', past > 0),
      int32(
        b,
        Array.from({ length: rows }, () => total - 1),
        [rows],
      ),
      int32(b, [total], []),
      given('cosines', pairs > 0),
      given('sines', pairs > 0),
      ...(bias ? ['', 'bias'] : []),
    ];
    return fused(
      b,
      'GroupQueryAttention',
      inputs,
      { num_heads: HEADS, kv_num_heads: keyHeads, ...attributes },
      3,
    );
  },
});

export const GROUP_QUERY: Record<string, Record<string, ExpansionCase>> = {
  GroupQueryAttention: {
    plain: group({}),
    'packed queries, keys and values': group({}, { packed: true }),
    'as many key heads': group({}, { keyHeads: HEADS }),
    rotary: group({ do_rotary: 1 }, { pairs: SIZE / 2 }),
    'rotary, packed': group({ do_rotary: 1 }, { pairs: SIZE / 2, packed: true }),
    'rotary, interleaved': group({ do_rotary: 1, rotary_interleaved: 1 }, { pairs: SIZE / 2 }),
    'scale and soft cap': group({ scale: float(0.7), softcap: float(1.5) }),
    'a window': group({ local_window_size: 2 }),
    'rotary over a part of each head': group({ do_rotary: 1 }, { pairs: 8, size: 32 }),
    'a bias of the scores': group({ softcap: float(1.5) }, { bias: true }),
    'a past': group({}, { past: PAST, rows: 1 }),
    'a past, rotary, packed, a window': group(
      { do_rotary: 1, local_window_size: 3 },
      { past: PAST, rows: 1, pairs: SIZE / 2, packed: true },
    ),
  },
};
