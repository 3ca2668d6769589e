import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { greatest } from '../../src/engine/compile/generate';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../src/engine/compile/promptModel';
import { scoreLabelWords, scoreWholeLabels } from '../../src/engine/evaluation/labelScoring';
import type { Checkpoint } from '../../src/engine/models/checkpoint';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { answerPlace } from '../../src/engine/prompt/answerPlace';
import type { TokenBatch } from '../../src/engine/prompt/tokenRow';
import { MODELS } from '../models/conformance/cases';
import { difference, relativeNorm } from '../models/conformance/measure';

const ROWS = [
  [30, 40, 50, 60, 70, 1],
  [80, 20, 1],
  [33, 44, 55, 66, 77, 88, 99, 1],
].map((row) => Int32Array.from(row));
// One is the beginning of another, two begin alike.
const LABELS = [[11, 12, 13], [11, 12], [14], [15, 12, 13, 16]];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-'));
});
afterAll(() => rm(root, { recursive: true }));

// Relative, learned and computed positions.
describe.each(['t5', 'bart', 'marian'])('an encoder-decoder: %s', (name) => {
  let checkpoint: Checkpoint;
  let model: PromptModel;
  let start: number;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(join(MODELS, name));
    model = await openPromptModel(checkpoint, { cacheFolder: join(root, name), threads: 1 });
    start = checkpoint.config.decoderStart!;
  });
  afterAll(async () => {
    await model.close();
    await checkpoint.close();
  });

  const answered = (row: Int32Array, answer: readonly number[]) => ({
    tokens: row,
    answer: Int32Array.of(start, ...answer),
  });
  const prompt = () => model.embed([5, 6, 7]).map((value, i) => value + 0.3 * Math.sin(i));

  it('scores packed labels as it scores each by itself', async () => {
    const prefix = await model.prefix(prompt());
    const place = answerPlace(await checkpoint.tokenizer());
    const alone = answerPlace({ kind: 'encoder-decoder', answerStart: [start] });
    const packed = await scoreWholeLabels(model, ROWS, LABELS, prefix, { place: alone });
    for (const [r, row] of ROWS.entries()) {
      for (const [l, label] of LABELS.entries()) {
        const batch: TokenBatch = {
          rows: [answered(row, label.slice(0, -1))],
          readouts: label.map((target, position) => ({ row: 0, position, target })),
        };
        const found = await model.logProbabilities(batch, 'all', prefix);
        const sum = found.reduce((total, value) => total + value, 0);
        expect(packed.sum[r * LABELS.length + l]).toBeCloseTo(sum, 4);
      }
    }
    const { row, position } = place(ROWS[0]!, Int32Array.of(9));
    expect(row.answer![0]).toBe(start);
    expect(row.answer!.at(-1)).toBe(9);
    expect(position).toBe(row.answer!.length - 2);
  });

  it('reads label words at the first place of the answer', async () => {
    const words = Int32Array.of(11, 14, 15);
    const place = answerPlace({ kind: 'encoder-decoder', answerStart: [start] });
    const scores = await scoreLabelWords(model, ROWS, words, null, { place });
    const batch = {
      rows: ROWS.map((row) => answered(row, [])),
      readouts: ROWS.map((_, row) => ({ row, position: 0, target: 0 })),
    };
    const all = await model.logits(batch, 'all', null);
    const width = all.length / ROWS.length;
    const expected = ROWS.flatMap((_, row) => [...words].map((word) => all[row * width + word]!));
    expect(difference(scores, expected)).toBeLessThan(1e-5);
  });

  it('finds tokens before the rows as it finds them in the rows', async () => {
    const before = [21, 22, 23];
    const prefix = await model.prefix(model.embed(before));
    const batch = (rows: readonly Int32Array[]) => ({
      rows: rows.map((row) => answered(row, [9, 8])),
      readouts: rows.map((_, row) => ({ row, position: 2, target: 0 })),
    });
    const joined = ROWS.map((row) => Int32Array.of(...before, ...row));
    const apart = await model.logits(batch(ROWS), 'all', prefix);
    expect(difference(apart, await model.logits(batch(joined), 'all', null))).toBeLessThan(1e-5);
    const further = await model.prefix(model.embed(before.slice(1)), await model.prefix(model.embed([21])));
    expect(difference(apart, await model.logits(batch(ROWS), 'all', further))).toBeLessThan(1e-5);
  });

  it('has the same gradient in one batch and in several, over all words and over some', async () => {
    const rows = ROWS.map((row, r) => ({
      row: answered(row, LABELS[r]!.slice(0, -1)),
      readouts: LABELS[r]!.map((target, position) => ({ position, target })),
    }));
    const batchOf = (some: typeof rows): TokenBatch => ({
      rows: some.map(({ row }) => row),
      readouts: some.flatMap(({ readouts }, row) => readouts.map((readout) => ({ row, ...readout }))),
    });
    const together = await model.gradient(prompt(), [batchOf(rows)], 'all');
    const apart = await model.gradient(
      prompt(),
      rows.map((row) => batchOf([row])),
      'all',
    );
    expect(apart.loss).toBeCloseTo(together.loss, 5);
    expect(relativeNorm(apart.gradient, together.gradient)).toBeLessThan(1e-4);
    const everyWord = Int32Array.from({ length: model.config.vocabularySize }, (_, word) => word);
    const chosen = await model.gradient(prompt(), [batchOf(rows)], everyWord);
    expect(relativeNorm(chosen.gradient, together.gradient)).toBeLessThan(1e-4);
  });

  it('writes what it foretells, token by token, and stops', async () => {
    const prefix = await model.prefix(prompt());
    const [written] = await model.generate([ROWS[0]!], prefix, { maxTokens: 6, stop: [] });
    for (let i = 0; i < written!.length; i++) {
      const batch = {
        rows: [answered(ROWS[0]!, written!.slice(0, i))],
        readouts: [{ row: 0, position: i, target: 0 }],
      };
      const logits = await model.logits(batch, 'all', prefix);
      expect(greatest(logits, 1, model.config.neverWritten)[0]).toBe(written![i]);
    }
    const stop = written!.slice(0, 1);
    expect(await model.generate([ROWS[0]!], prefix, { maxTokens: 6, stop })).toEqual([[]]);
  });

  it('writes to many rows as it writes to each', async () => {
    const options = { maxTokens: 3, stop: [] };
    const many = await model.generate(
      Array.from({ length: 20 }, (_, i) => ROWS[i % 3]!),
      null,
      options,
    );
    for (const [r, row] of ROWS.entries()) {
      const [alone] = await model.generate([row], null, options);
      for (let i = r; i < many.length; i += 3) expect(many[i]).toEqual(alone);
    }
  });

  it('writes from another start where it is told', async () => {
    const given = written(await model.generate(ROWS, null, { maxTokens: 4, stop: [], start: [start, 9] }));
    for (const [r, row] of ROWS.entries()) {
      const batch = { rows: [answered(row, [9])], readouts: [{ row: 0, position: 1, target: 0 }] };
      const logits = await model.logits(batch, 'all', null);
      expect(given[r]).toBe(greatest(logits, 1, model.config.neverWritten)[0]);
    }
  });
});

describe('a word that is never written', () => {
  it('is passed over for the next one', async () => {
    const checkpoint = await openCheckpoint(join(MODELS, 'marian'));
    const model = await openPromptModel(checkpoint, { cacheFolder: join(root, 'marian'), threads: 1 });
    const options = { maxTokens: 1, stop: [] };
    const [[first]] = (await model.generate(ROWS.slice(0, 1), null, options)) as [[number]];
    Object.assign(model.config, { neverWritten: [first] });
    const [[second]] = (await model.generate(ROWS.slice(0, 1), null, options)) as [[number]];
    expect(second).not.toBe(first);
    await Promise.all([model.close(), checkpoint.close()]);
  });
});

const written = (answers: number[][]) => answers.map(([first]) => first);

describe('the greatest logit', () => {
  it('is not that of a word that is never written', () => {
    expect([...greatest(Float32Array.of(1, 5, 3, 9, 2, 4), 2)]).toEqual([1, 0]);
    expect([...greatest(Float32Array.of(1, 5, 3, 9, 2, 4), 2, [1, 0])]).toEqual([2, 2]);
  });
});

it('scores labels one after another where a file counts distances itself', async () => {
  const sums: Float64Array[] = [];
  for (const place of ['t5', 't5/onnx/optimum']) {
    const checkpoint = await openCheckpoint(join(MODELS, place));
    const model = await openPromptModel(checkpoint, { cacheFolder: join(root, 'counted'), threads: 1 });
    try {
      const prefix = await model.prefix(model.embed([5, 6, 7]));
      const options = { place: answerPlace(await checkpoint.tokenizer()) };
      sums.push((await scoreWholeLabels(model, ROWS, LABELS, prefix, options)).sum);
    } finally {
      await model.close();
      await checkpoint.close();
    }
  }
  for (const [i, sum] of sums[1]!.entries()) expect(sum).toBeCloseTo(sums[0]![i]!, 4);
});
