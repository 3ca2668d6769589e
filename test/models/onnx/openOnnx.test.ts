import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../../src/engine/compile/openPromptModel';
import { openCheckpoint } from '../../../src/engine/models/openCheckpoint';
import { SoftpromptError } from '../../../src/protocol/errors';
import { readArrays } from '../../oracle/arrays';
import { MODELS, readExpected } from '../conformance/cases';
import { difference } from '../conformance/measure';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-onnx-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function problem(path: string): Promise<SoftpromptError> {
  const error = await openCheckpoint(path).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(SoftpromptError);
  return error as SoftpromptError;
}

/**
 * Models whose activations are rounded too: no gradient of theirs is known, but what onnxruntime makes of the file as
 * it is. It runs the pairs of QDQ in 8 bits where it can, and with its optimisations switched off differs from itself
 * by 0.36.
 */
const AS_RUN = [
  ['llama3', 'onnx/quantized/model_quantized.onnx', 1e-4],
  ['bert', 'onnx/quantized/model_quantized.onnx', 1e-4],
  ['bert', 'onnx/quantized-fused/model.onnx', 1e-4],
  ['bert', 'onnx/qdq/model.onnx', 0.4],
] as const;

describe('quantised exports compute what onnxruntime does with the file', () => {
  it.each(AS_RUN)('%s, %s', async (name, place, tolerance) => {
    const file = join(MODELS, name, place);
    const { rows, positions } = readExpected(join(MODELS, name));
    const { plainAsRun } = await readArrays(join(dirname(file), 'expected.safetensors'));
    const checkpoint = await openCheckpoint(file);
    const model = await openPromptModel(checkpoint, { cacheFolder: folder, threads: 1 });
    try {
      const logits: number[] = [];
      // One by one: the rounding goes by what else is in the batch.
      for (const [i, row] of rows.entries()) {
        const readouts = [{ row: 0, position: positions?.[i] ?? row.length - 1, target: 0 }];
        const batch = { rows: [{ tokens: Int32Array.from(row) }], readouts };
        logits.push(...(await model.logits(batch, 'all', null)));
        const prompt = model.embed(row.slice(0, 2));
        const { gradient } = await model.gradient(prompt, [batch], 'all');
        expect(gradient.every(Number.isFinite)).toBe(true);
        expect(gradient.some((value) => Math.abs(value) > 1e-6)).toBe(true);
      }
      expect(difference(logits, plainAsRun!.data)).toBeLessThan(tolerance);
    } finally {
      await model.close();
      await checkpoint.close();
    }
  });
});

describe('a folder with ONNX files', () => {
  const llama = join(MODELS, 'llama3/onnx');

  it('has its graph in a folder of its own, its tokenizer above', async () => {
    const model = join(folder, 'community');
    await mkdir(join(model, 'onnx'), { recursive: true });
    await cp(join(llama, 'optimum-with-past/model.onnx'), join(model, 'onnx/model.onnx'));
    await cp(join(llama, 'optimum-with-past/model.onnx'), join(model, 'onnx/model_q4.onnx'));
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
      await cp(join(MODELS, 'llama3', name), join(model, name));
    }
    const checkpoint = await openCheckpoint(model);
    expect(checkpoint).toMatchObject({
      format: 'onnx',
      name: 'community',
      path: join(model, 'onnx/model.onnx'),
    });
    expect(checkpoint.config).toMatchObject({ architecture: 'llama', kind: 'decoder', contextLength: 128 });
    expect((await checkpoint.tokenizer()).encode('a').length).toBeGreaterThan(0);
    await checkpoint.close();
  });

  it('needs no config.json', async () => {
    const model = join(folder, 'bare');
    await mkdir(model);
    await cp(join(llama, 'genai-fp32/model.onnx'), join(model, 'model.onnx'));
    await cp(join(llama, 'genai-fp32/model.onnx.data'), join(model, 'model.onnx.data'));
    const { config, close, fingerprint } = await openCheckpoint(model);
    expect(config).toMatchObject({ kind: 'decoder', layers: 2, heads: 4, keyValueHeads: 2, headSize: 16 });
    await close();
    // Other weights are another model.
    const data = await readFile(join(model, 'model.onnx.data'));
    data[0]! ^= 1;
    await writeFile(join(model, 'model.onnx.data'), data);
    const changed = await openCheckpoint(model);
    expect(changed.fingerprint).not.toBe(fingerprint);
    await changed.close();
  });

  it('must have all its files', async () => {
    const model = join(folder, 'incomplete');
    await mkdir(model);
    await cp(join(llama, 'genai-fp32/model.onnx'), join(model, 'model.onnx'));
    expect((await problem(model)).message).toContain('model.onnx.data is missing');
    const half = join(folder, 'half');
    await mkdir(half);
    const t5 = join(MODELS, 't5/onnx/optimum');
    for (const name of ['decoder_model_merged.onnx', 'decoder_model_merged.onnx_data']) {
      await cp(join(t5, name), join(half, name));
    }
    expect((await problem(half)).message).toContain('encoder_model.onnx is missing');
  });

  it('says which files there are where it cannot choose', async () => {
    const model = join(folder, 'several');
    await mkdir(model);
    for (const name of ['one.onnx', 'two.onnx']) await writeFile(join(model, name), '');
    expect((await problem(model)).message).toContain('one.onnx, two.onnx');
  });

  it('of an architecture that cannot be tuned is refused by its name', async () => {
    const model = join(folder, 'mamba');
    await mkdir(model);
    await cp(join(llama, 'torch/model.onnx'), join(model, 'model.onnx'));
    await writeFile(join(model, 'config.json'), JSON.stringify({ model_type: 'mamba' }));
    const error = await problem(model);
    expect(error.code).toBe('model-unsupported');
    expect(error.message).toContain('mamba');
  });
});
