import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplesBefore } from '../../src/engine/evaluation/fewShotExamples';
import { type ReadableTask, TaskReader } from '../../src/engine/evaluation/taskReader';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { MODELS } from '../models/conformance/cases';

const ROW = { row: 1, line: 2, file: 'a.csv', values: { text: 'the text' }, target: 'good' };

async function readerOf(name: string, target: object): Promise<{ reader: TaskReader; tokenizer: Tokenizer }> {
  const checkpoint = await openCheckpoint(join(MODELS, name));
  const tokenizer = await checkpoint.tokenizer();
  await checkpoint.close();
  const method = { placement: 'before' };
  const task = { template: 'Is {text} good?', target, limit: 64, method } as unknown as ReadableTask['task'];
  return { reader: new TaskReader({ task, labels: ['good', 'bad'], train: [ROW] }, tokenizer), tokenizer };
}

const LABELS = { kind: 'label', column: 'label', score: 'whole-label' };
const TEXTS = { kind: 'text', column: 'label', maxTokens: 20 };

describe('a row for an encoder-decoder', () => {
  it('is read to its end by the encoder, and answered from the start by the decoder', async () => {
    const { reader, tokenizer } = await readerOf('bart', TEXTS);
    const { tokens } = reader.read(ROW);
    expect([...tokens]).toEqual([0, ...tokenizer.encode('Is the text good?'), 2]);
    const answer = reader.readTarget(ROW);
    expect([...answer]).toEqual([...tokenizer.encode('good'), 2]);
    const { row, position } = reader.place(tokens, answer.subarray(0, -1));
    expect(row.tokens).toBe(tokens);
    // </s> starts BART's decoder, <s> its texts.
    expect([...row.answer!]).toEqual([2, 0, ...tokenizer.encode('good')]);
    expect(position).toBe(1);
  });

  it('has labels that begin a text, not go on with one', async () => {
    const { reader, tokenizer } = await readerOf('bart', LABELS);
    expect(reader.labels.map(({ tokens }) => tokens)).toEqual(
      ['good', 'bad'].map((text) => tokenizer.encode(text)),
    );
  });

  it.each(['bart', 't5'])('finds examples before it that are not ended: %s', async (name) => {
    const { reader, tokenizer } = await readerOf(name, LABELS);
    const { shared, tokens } = examplesBefore([ROW, { ...ROW, target: 'bad' }], reader, tokenizer);
    const [end] = tokenizer.after;
    expect(shared).not.toContain(end);
    expect(tokenizer.decode(shared)).toMatch(/Is the text good\? good\s+Is the text good\? bad/);
    const read = reader.read(ROW);
    expect([...shared.slice(0, tokenizer.before.length), ...tokens(read)]).toEqual([...read.tokens]);
  });
});
