import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../../src/engine/compile/openPromptModel';
import { openCheckpoint } from '../../../src/engine/models/openCheckpoint';
import type { Precision } from '../../../src/protocol/precision';
import { MODELS, readExpected } from '../../models/conformance/cases';
import { cosine, readArrays } from '../../oracle/arrays';

/** Tiny models of random weights, and how close their gradient's direction is at least. */
const CLOSE: Record<string, number> = {
  llama2: 0.98,
  llama3: 0.98,
  mistral: 0.98,
  qwen2: 0.98,
  qwen3: 0.98,
  smollm3: 0.98,
  phi3: 0.98,
  gemma2: 0.98,
  gemma3: 0.98,
  gpt2: 0.98,
  opt: 0.98,
  'gpt-neox': 0.98,
  bert: 0.98,
  albert: 0.98,
  modernbert: 0.96,
  bart: 0.98,
  t5: 0.93,
  'qwen2/onnx/optimum-with-past': 0.98,
};

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

describe.each(Object.entries(CLOSE))('%s in int8', (name, close) => {
  it('keeps the direction of the gradient', async () => {
    const [exact, rounded] = [await gradientOf(name, 'float32'), await gradientOf(name, 'int8')];
    expect(cosine(exact.gradient, rounded.gradient)).toBeGreaterThan(close);
    expect(Math.abs(rounded.loss - exact.loss)).toBeLessThan(0.1);
    expect(rounded.loss, 'it is rounded at all').not.toBe(exact.loss);
  });
});

async function gradientOf(name: string, precision: Precision) {
  const file = join(MODELS, name);
  const folder = join(MODELS, name.split('/')[0]!);
  const expected = readExpected(folder);
  const prompt = (await readArrays(join(folder, 'expected.safetensors'))).prompt!.data;
  const checkpoint = await openCheckpoint(file);
  const model = await openPromptModel(checkpoint, { cacheFolder, threads: 1, precision });
  try {
    const rows = expected.rows.map((row) => ({ tokens: Int32Array.from(row) }));
    const behind = checkpoint.config.kind === 'encoder-decoder';
    const batch = {
      rows: rows.map((row) => (behind ? { ...row, answer: Int32Array.of(0, 5) } : row)),
      readouts: rows.map(({ tokens }, row) => ({
        row,
        position: behind ? 1 : tokens.length - 1,
        target: row % 2,
      })),
    };
    return await model.gradient(
      prompt,
      [batch],
      checkpoint.config.kind === 'encoder' ? 'all' : Int32Array.of(5, 9),
    );
  } finally {
    await model.close();
    await checkpoint.close();
  }
}
