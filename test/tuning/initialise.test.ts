import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { initialTokens } from '../../src/engine/tuning/initialise';
import { TINY_LLAMA } from '../runs/tinyTask';

let tokenizer: Tokenizer;
beforeAll(async () => {
  const checkpoint = await openCheckpoint(TINY_LLAMA);
  tokenizer = await checkpoint.tokenizer();
  await checkpoint.close();
});

const options = { virtualTokens: 8, labels: [[1, 2], [3]], seed: 0 };
const fromText = (text: string, virtualTokens: number) => [
  ...initialTokens(tokenizer, { ...options, virtualTokens, init: { from: 'text', text } }),
];

describe('a prompt from text', () => {
  it('repeats a short text, and cuts a long one', () => {
    const ids = tokenizer.encode('red');
    expect(ids.length).toBeGreaterThan(1);
    const n = ids.length;
    expect(fromText('red', 2 * n + 1)).toEqual([...ids, ...ids, ids[0]]);
    expect(fromText('red', n - 1)).toEqual(ids.slice(0, -1));
  });

  it('starts somewhere even from nothing', () => {
    expect(fromText('', 2)).toEqual([tokenizer.endOfText, tokenizer.endOfText]);
  });
});

it('from labels, repeats their tokens', () => {
  expect([...initialTokens(tokenizer, { ...options, init: { from: 'labels' } })]).toEqual([
    1, 2, 3, 1, 2, 3, 1, 2,
  ]);
});

describe('a prompt from the vocabulary', () => {
  const drawn = (seed: number) => [
    ...initialTokens(tokenizer, { ...options, virtualTokens: 50, seed, init: { from: 'vocabulary' } }),
  ];

  it('is the same for the same seed, and another for another', () => {
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it('stays within the vocabulary', () => {
    expect(drawn(3).every((id) => id >= 0 && id < tokenizer.vocabularySize)).toBe(true);
    expect(new Set(drawn(3)).size).toBeGreaterThan(30);
  });
});
