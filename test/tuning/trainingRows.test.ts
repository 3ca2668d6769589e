import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { taskReader } from '../../src/engine/evaluation/taskReader';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { prepareTask } from '../../src/engine/task/prepareTask';
import { encodeTrainingRows } from '../../src/engine/tuning/trainingRows';
import type { TaskFile } from '../../src/protocol/taskFile';
import { TINY_LLAMA, writeTinyTask } from '../runs/tinyTask';

let folder: string;
let tokenizer: Tokenizer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-rows-'));
  const checkpoint = await openCheckpoint(TINY_LLAMA);
  tokenizer = await checkpoint.tokenizer();
  await checkpoint.close();
});
afterAll(() => rm(folder, { recursive: true }));

async function encoded(overrides: Partial<TaskFile>) {
  const prepared = await prepareTask(await writeTinyTask(folder, overrides));
  const reader = taskReader(prepared, tokenizer);
  const rows = await encodeTrainingRows(reader, prepared.train, prepared.task, async () => {});
  return { prepared, reader, rows };
}

/** All rows of an epoch, in its order. */
const epochOf = ({ rows }: Awaited<ReturnType<typeof encoded>>, epoch: number) => rows.epoch(epoch).flat();

const numerically = (a: number, b: number) => a - b;

describe('training rows', () => {
  it('have the virtual tokens behind their text, and say which texts come again', async () => {
    const method = { virtualTokens: 4, placement: 'after' } as const;
    const { rows, reader, prepared } = await encoded({ method });
    const [batch] = rows.batches(rows.epoch(0)[0]!);
    const texts = prepared.train.map(({ values }) => values.text);
    for (const { tokens, context } of batch!.rows) {
      expect(texts).toContain(tokenizer.decode([...context!.own]));
      expect(tokenizer.decode([...tokens])).toBe('\nVerdict:');
    }
    const contexts = prepared.train.map((row) => reader.read(row).around!.context);
    expect(new Set(rows.recurring.flat())).toEqual(new Set(contexts));
    const once = await encoded({ method, training: { steps: 3, batchRows: 6 } });
    expect(once.rows.recurring).toEqual([]);
  });

  it('read a label at the end of its row, among the label words', async () => {
    const { rows, reader, prepared } = await encoded({});
    expect([...(rows.words as Int32Array)]).toEqual(reader.labels.map(({ token }) => token));
    for (const step of rows.epoch(0)) {
      const batches = rows.batches(step);
      expect(batches.flatMap((batch) => batch.rows)).toHaveLength(step.length);
      for (const { rows: tokenRows, readouts } of batches) {
        for (const { row, position, target } of readouts) {
          expect(position).toBe(tokenRows[row]!.tokens.length - 1);
          const text = tokenizer.decode([...tokenRows[row]!.tokens]);
          const source = prepared.train.find(({ values }) => text.includes(`${values.text}\n`))!;
          expect(prepared.labels[target]).toBe(source.target);
        }
      }
    }
  });

  it.each<[string, TaskFile['target']]>([
    ['whole labels', { column: 'label', kind: 'label', score: 'whole-label' }],
    ['free text', { column: 'label', kind: 'text', maxTokens: 8 }],
  ])('foretell %s token by token, over all words', async (_, target) => {
    const { rows, prepared } = await encoded({ target });
    expect(rows.words).toBe('all');
    const [batch] = rows.batches(rows.epoch(0)[0]!);
    for (const [index, { tokens }] of batch!.rows.entries()) {
      const readouts = batch!.readouts.filter(({ row }) => row === index);
      // Every target but the last is the token that stands after its position.
      for (const { position, target } of readouts.slice(0, -1)) expect(tokens[position + 1]).toBe(target);
      expect(readouts.at(-1)!.position).toBe(tokens.length - 1);
      const first = readouts[0]!.position;
      const answer = tokenizer.decode(readouts.map(({ target }) => target));
      const text = tokenizer.decode([...tokens.slice(0, first + 1)]);
      const source = prepared.train.find(({ values }) => text.includes(`${values.text}\n`))!;
      expect(answer.trim()).toBe(source.target);
    }
  });

  it('are all there in each epoch, in another order', async () => {
    const all = await encoded({});
    const every = all.prepared.train.map((_, i) => i);
    expect(epochOf(all, 0).sort(numerically)).toEqual(every);
    expect(epochOf(all, 1).sort(numerically)).toEqual(every);
    expect(epochOf(all, 1)).not.toEqual(epochOf(all, 0));
    expect(epochOf(all, 0)).toEqual(epochOf(await encoded({}), 0));
  });

  it('that no step reaches are not read, and the seed says which', async () => {
    const drawn = (seed: number) => encoded({ training: { steps: 3, batchRows: 4, seed } });
    const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)];
    expect(first.rows.rows).toBe(12);
    const tokensOf = ({ rows }: typeof first) =>
      rows
        .epoch(0)
        .flatMap((step) =>
          rows.batches(step).flatMap((batch) => batch.rows.map(({ tokens }) => [...tokens])),
        );
    expect(tokensOf(again)).toEqual(tokensOf(first));
    expect(tokensOf(other)).not.toEqual(tokensOf(first));
  });

  it('are counted when they are cut', async () => {
    const { rows } = await encoded({ limit: 24, training: { epochs: 1 } });
    expect(rows.cutRows).toBeGreaterThan(0);
    expect(rows.cutRows).toBeLessThanOrEqual(rows.rows);
    expect((await encoded({})).rows.cutRows).toBe(0);
  });

  it('count steps by epochs', async () => {
    expect((await encoded({ training: { epochs: 2, batchRows: 8 } })).rows.steps).toBe(14);
    expect((await encoded({ training: { epochs: 0.01, batchRows: 8 } })).rows.steps).toBe(1);
    expect((await encoded({ training: { steps: 9 } })).rows.steps).toBe(9);
  });
});
