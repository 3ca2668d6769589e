import { expect, test } from 'vitest';
import { inPieces } from '../../src/engine/compile/longPrefix';

const WIDTH = 2;

/** Stands for a pass: a prefix remembers which pieces made it. */
function recorded() {
  const pieces: { first: number; tokens: number; before: number }[] = [];
  const prefix = inPieces(async (embeddings, before) => {
    const tokens = embeddings.length / WIDTH;
    pieces.push({ first: embeddings[0]!, tokens, before: before?.length ?? 0 });
    return { length: (before?.length ?? 0) + tokens, layers: [] };
  }, WIDTH);
  return { pieces, prefix };
}

const embeddings = (tokens: number) => Float32Array.from({ length: tokens * WIDTH }, (_, i) => i);

test('a long prefix goes through the layers in pieces, each behind the ones before it', async () => {
  const { pieces, prefix } = recorded();
  expect(await prefix(embeddings(1100), { length: 7, layers: [] })).toMatchObject({ length: 1107 });
  expect(pieces).toEqual([
    { first: 0, tokens: 512, before: 7 },
    { first: 1024, tokens: 512, before: 519 },
    { first: 2048, tokens: 76, before: 1031 },
  ]);
});

test('a short prefix stays whole', async () => {
  const { pieces, prefix } = recorded();
  expect(await prefix(embeddings(512))).toMatchObject({ length: 512 });
  expect(pieces).toEqual([{ first: 0, tokens: 512, before: 0 }]);
});
