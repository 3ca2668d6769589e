import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../../src/engine/compile/promptModel';
import { openCheckpoint } from '../../../src/engine/models/openCheckpoint';
import { readArrays, relativeDifference } from '../../oracle/arrays';
import { MODELS, readExpected } from '../conformance/cases';

/** Positions and masks of rows that differ: what an exporter would have counted itself. */
const EXPORTS = [
  ['llama3', 'onnx/optimum-with-past/model.onnx'],
  ['llama3', 'onnx/optimum-without-past/model.onnx'],
  ['llama3', 'onnx/torch/model.onnx'],
  ['llama3', 'onnx/genai-fp32/model.onnx'],
  ['gpt2', 'onnx/optimum-merged/decoder_model_merged.onnx'],
  ['gpt2', 'onnx/torch/model.onnx'],
  ['gemma2', 'onnx/torch/model.onnx'],
] as const;

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-rows-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

async function open(path: string): Promise<PromptModel> {
  const checkpoint = await openCheckpoint(path);
  try {
    return await openPromptModel(checkpoint, { cacheFolder, threads: 1 });
  } finally {
    await checkpoint.close();
  }
}

/** Alternatives behind a trunk, a padded row beside them, and rows of different lengths written on. */
async function measure(model: PromptModel, rows: readonly Int32Array[], prompt: Float32Array) {
  const [trunk, first, second] = [rows[0]!, rows[1]!.slice(0, 3), rows[2]!.slice(0, 5)];
  const tokens = Int32Array.from([...trunk, ...first, ...second]);
  const branches = Int32Array.from([trunk, first, second].flatMap((part, b) => Array.from(part, () => b)));
  const ends = [trunk.length + first.length - 1, tokens.length - 1];
  const batch = {
    rows: [{ tokens, branches }, { tokens: Int32Array.from([...tokens, ...second]) }],
    readouts: ends.map((position) => ({ row: 0, position, target: 7 })),
  };
  const prefix = await model.prefix(prompt);
  return {
    logits: await model.logits(batch, 'all', prefix),
    gradient: (await model.gradient(prompt, [batch], 'all')).gradient,
    words: await model.generate(rows, prefix, { maxTokens: 6, stop: [] }),
  };
}

describe('rows that differ in length and branch are as in the original', () => {
  it.each(EXPORTS)('%s, %s', async (name, place) => {
    const rows = readExpected(join(MODELS, name)).rows.map((row) => Int32Array.from(row));
    const prompt = (await readArrays(join(MODELS, name, 'expected.safetensors'))).prompt!.data;
    const models = [await open(join(MODELS, name)), await open(join(MODELS, name, place))];
    try {
      const [original, exported] = await Promise.all(models.map((model) => measure(model, rows, prompt)));
      expect(relativeDifference(exported!.logits, original!.logits)).toBeLessThan(1e-5);
      expect(relativeDifference(exported!.gradient, original!.gradient)).toBeLessThan(1e-4);
      expect(exported!.words).toEqual(original!.words);
    } finally {
      for (const model of models) await model.close();
    }
  });
});
