import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../../src/engine/compile/openPromptModel';
import { openCheckpoint } from '../../../src/engine/models/openCheckpoint';
import type { TokenBatch } from '../../../src/engine/prompt/tokenRow';
import { readArrays, relativeDifference } from '../../oracle/arrays';

const MODELS = join(__dirname, '../../oracle/fixtures/models');

/** Decoders with a cache, by exporter. Their numbers are Transformers' own. */
const CACHED = [
  'llama3/onnx/optimum-with-past/model.onnx',
  'llama3/onnx/genai-fp32/model.onnx',
  'llama3/onnx/genai-int4/model.onnx',
  'gpt2/onnx/optimum-with-past/model.onnx',
  'gpt2/onnx/optimum-merged/decoder_model_merged.onnx',
  'qwen2/onnx/optimum-with-past/model.onnx',
  'qwen2/onnx/genai-fp32/model.onnx',
  'qwen2/onnx/genai-int4/model.onnx',
  'qwen3/onnx/genai-fp32/model.onnx',
];

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-onnx-'));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

/** What Transformers computes: of the weights that the file holds, which differ from the model's if they are quantised. */
async function expectedOf(file: string) {
  const beside = dirname(file);
  const model = dirname(dirname(beside));
  const folder = existsSync(join(beside, 'expected.json')) ? beside : model;
  const json = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as {
    rows: number[][];
    targets: number[];
    greedy?: number[];
    positions?: number[];
  };
  return { ...json, arrays: await readArrays(join(folder, 'expected.safetensors')) };
}

describe('exports compute what Transformers computes', () => {
  for (const place of CACHED) {
    it(place, async () => {
      const file = join(MODELS, place);
      const { rows, targets, greedy, arrays } = await expectedOf(file);
      const checkpoint = await openCheckpoint(file);
      expect(checkpoint.config.kind).toBe('decoder');
      const model = await openPromptModel(checkpoint, { cacheFolder, threads: 1, layersPerStage: 1 });
      try {
        const prompt = arrays.prompt!.data as Float32Array;
        const batch: TokenBatch = {
          rows: rows.map((tokens) => ({ tokens: Int32Array.from(tokens) })),
          readouts: rows.map((tokens, row) => ({ row, position: tokens.length - 1, target: targets[row]! })),
        };
        const prefix = await model.prefix(prompt);
        const logits = await model.logits(batch, 'all', prefix);
        expect(difference(logits, arrays.logits!.data as Float32Array)).toBeLessThan(1e-4);
        const step = await model.gradient(prompt, [batch], 'all');
        expect(relativeDifference(step.gradient, arrays.gradient!.data as Float32Array)).toBeLessThan(1e-4);
        expect(step.loss).toBeCloseTo(arrays.loss!.data[0] as number, 4);
        const answers = await model.generate([batch.rows[0]!.tokens], prefix, { maxTokens: 16, stop: [] });
        expect(answers).toEqual([greedy]);
      } finally {
        await model.close();
        await checkpoint.close();
      }
    });
  }
});

function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
