import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../src/engine/compile/promptModel';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { TokenBatch } from '../../src/engine/prompt/tokenRow';
import { readArrays, relativeDifference, rowsOf } from '../oracle/arrays';

const FIXTURES = join(__dirname, '../oracle/fixtures');

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

async function open(folder: string, layersPerStage = 2): Promise<PromptModel> {
  const checkpoint = await openCheckpoint(join(FIXTURES, folder));
  try {
    return await openPromptModel(checkpoint, { cacheFolder, threads: 1, layersPerStage });
  } finally {
    await checkpoint.close();
  }
}

describe.each(['tiny-llama-gqa-tied', 'tiny-llama-gqa-untied'])('%s against PyTorch', (folder) => {
  let model: PromptModel;
  beforeAll(async () => {
    model = await open(folder);
  });
  afterAll(() => model.close());

  it('computes the logits of every position, without a prompt', async () => {
    const truth = await readArrays(join(FIXTURES, folder, 'forward.safetensors'));
    const rows = rowsOf(truth.input_ids!, truth.lengths!);
    const readouts = rows.flatMap(({ tokens }, row) =>
      Array.from(tokens, (_, position) => ({ row, position, target: 0 })),
    );
    const logits = await model.logits({ rows, readouts }, 'all', null);
    const [, length, width] = truth.logits!.shape as [number, number, number];
    const expected = readouts.flatMap(({ row, position }) => {
      const start = (row * length + position) * width;
      return Array.from(truth.logits!.data.subarray(start, start + width));
    });
    expect(relativeDifference(logits, expected)).toBeLessThan(1e-5);
  });

  it('computes loss and prompt gradient over label words', async () => {
    const truth = await readArrays(join(FIXTURES, `gradient/${folder}.safetensors`));
    const losses = JSON.parse(await readFile(join(FIXTURES, 'gradient/losses.json'), 'utf8'));
    const rows = rowsOf(truth.input_ids!, truth.lengths!);
    const readouts = rows.map(({ tokens }, row) => ({
      row,
      position: tokens.length - 1,
      target: truth.classes!.data[row]!,
    }));
    const words = Int32Array.from(truth.label_ids!.data);
    const prompt = Float32Array.from(truth.prompt!.data);
    const prefix = await model.prefix(prompt);
    const logits = await model.logits({ rows, readouts }, words, prefix);
    expect(relativeDifference(logits, truth.class_logits!.data)).toBeLessThan(1e-5);

    // As one batch, and as two micro-batches of another order.
    const pick = (indices: number[]): TokenBatch => ({
      rows: indices.map((i) => rows[i]!),
      readouts: indices.map((i, row) => ({ ...readouts[i]!, row })),
    });
    for (const batches of [[{ rows, readouts }], [pick([3, 1]), pick([0, 4, 2])]]) {
      const { loss, gradient } = await model.gradient(prompt, batches, words);
      expect(loss).toBeCloseTo(losses[folder].float64.class_loss, 5);
      expect(relativeDifference(gradient, truth.class_gradient_float64!.data)).toBeLessThan(1e-5);
    }
  });

  it('computes loss and prompt gradient over free text', async () => {
    const truth = await readArrays(join(FIXTURES, `gradient/${folder}.safetensors`));
    const losses = JSON.parse(await readFile(join(FIXTURES, 'gradient/losses.json'), 'utf8'));
    const rows = rowsOf(truth.input_ids!, truth.lengths!);
    const readouts = Array.from(truth.target_rows!.data, (row, i) => ({
      row,
      position: truth.target_positions!.data[i]!,
      target: truth.target_ids!.data[i]!,
    }));
    const { loss, gradient } = await model.gradient(
      Float32Array.from(truth.prompt!.data),
      [{ rows, readouts }],
      'all',
    );
    expect(loss).toBeCloseTo(losses[folder].float64.text_loss, 5);
    expect(relativeDifference(gradient, truth.text_gradient_float64!.data)).toBeLessThan(1e-5);
  });

  it('gives the same numbers whatever the number of layers in a stage', async () => {
    const other = await open(folder, 1);
    const prompt = model.embed([5, 6, 7, 8]);
    const batch = {
      rows: [{ tokens: Int32Array.of(9, 10, 11) }],
      readouts: [{ row: 0, position: 2, target: 12 }],
    };
    const expected = await model.gradient(prompt, [batch], 'all');
    const { loss, gradient } = await other.gradient(prompt, [batch], 'all');
    await other.close();
    expect(loss).toBeCloseTo(expected.loss, 6);
    expect(relativeDifference(gradient, expected.gradient)).toBeLessThan(1e-5);
  });

  it('scores branches of a row as if each had been appended alone', async () => {
    const trunk = [4, 9, 30];
    const alternatives = [[7, 8], [11], [40, 41, 42]];
    const prefix = await model.prefix(model.embed([3, 5]));
    const row = {
      tokens: Int32Array.from([...trunk, ...alternatives.flat()]),
      branches: Int32Array.from([0, 0, 0, ...alternatives.flatMap((ids, i) => ids.map(() => i + 1))]),
    };
    const lastPositions = [4, 5, 8];
    const readouts = lastPositions.map((position) => ({ row: 0, position, target: 20 }));
    const together = await model.logProbabilities({ rows: [row], readouts }, 'all', prefix);
    for (const [i, ids] of alternatives.entries()) {
      const tokens = Int32Array.from([...trunk, ...ids]);
      const alone = { rows: [{ tokens }], readouts: [{ row: 0, position: tokens.length - 1, target: 20 }] };
      const [expected] = await model.logProbabilities(alone, 'all', prefix);
      expect(together[i]).toBeCloseTo(expected!, 4);
    }
  });

  it('generates what repeated full passes would', async () => {
    const rows = [Int32Array.of(4, 9, 30, 2), Int32Array.of(17, 5)];
    const prefix = await model.prefix(model.embed([3, 5, 8]));
    const answers = await model.generate(rows, prefix, { maxTokens: 6, stop: [] });
    for (const [r, row] of rows.entries()) {
      const tokens = [...row];
      for (let i = 0; i < 6; i++) {
        const batch = {
          rows: [{ tokens: Int32Array.from(tokens) }],
          readouts: [{ row: 0, position: tokens.length - 1, target: 0 }],
        };
        const logits = await model.logits(batch, 'all', prefix);
        tokens.push(logits.indexOf(Math.max(...logits)));
      }
      expect(answers[r]).toEqual(tokens.slice(row.length));
    }
  });

  it('continues a prefix', async () => {
    const [first, second] = [model.embed([3, 5, 8]), model.embed([13, 21])];
    const whole = await model.prefix(model.embed([3, 5, 8, 13, 21]));
    const chained = await model.prefix(second, await model.prefix(first));
    expect(chained.length).toBe(5);
    const last = whole.layers.length - 1;
    expect(relativeDifference(chained.layers[last]!.values, whole.layers[last]!.values)).toBeLessThan(1e-5);
  });
});
