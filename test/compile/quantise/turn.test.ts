import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CompiledFolder } from '../../../src/engine/compile/compiledFolder';
import {
  type CompiledForm,
  float32Form,
  layerGraphs,
  weightRequests,
} from '../../../src/engine/compile/compiledForm';
import { OnnxPromptModel } from '../../../src/engine/compile/onnxPromptModel';
import { turnWeights } from '../../../src/engine/compile/quantise/turn';
import type { Checkpoint } from '../../../src/engine/models/checkpoint';
import { openCheckpoint } from '../../../src/engine/models/openCheckpoint';
import { MODELS, readExpected } from '../../models/conformance/cases';
import { readArrays, relativeDifference } from '../../oracle/arrays';

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

/** Gains of its own for each half, grouped heads; biases; norms of each head. */
it.each(['llama3', 'qwen2', 'qwen3', 'phi3'])(
  '%s computes the same with its hidden states turned',
  async (name) => {
    const folder = join(MODELS, name);
    const checkpoint = await openCheckpoint(folder);
    const plain = await gradientOf(checkpoint, float32Form(checkpoint), folder);
    const turned = await gradientOf(checkpoint, turnedForm(checkpoint), folder);
    await checkpoint.close();
    expect(turned.loss).toBeCloseTo(plain.loss, 4);
    expect(relativeDifference(turned.gradient, plain.gradient)).toBeLessThan(1e-4);
  },
);

it.each(['gemma2', 'gpt2', 'gpt-neox'])('%s cannot be turned: its norms do not allow it', async (name) => {
  const checkpoint = await openCheckpoint(join(MODELS, name));
  expect(checkpoint.model.turned).toBeUndefined();
  await checkpoint.close();
});

function turnedForm(checkpoint: Checkpoint): CompiledForm {
  const turned = checkpoint.model.turned!();
  return {
    name: 'turned',
    model: turned.model,
    weights: turnWeights(checkpoint, turned),
    requests: weightRequests(turned.model, layerGraphs(turned.model)),
    rewrite: (graph) => graph,
  };
}

async function gradientOf(checkpoint: Checkpoint, form: CompiledForm, folder: string) {
  const prompt = (await readArrays(join(folder, 'expected.safetensors'))).prompt!.data;
  const rows = readExpected(folder).rows.map((row) => ({ tokens: Int32Array.from(row) }));
  const compiled = await CompiledFolder.open(checkpoint, form, { cacheFolder });
  const options = { threads: 1, layersPerStage: 2, rewrite: form.rewrite, cacheFolder };
  const model = new OnnxPromptModel(form.model, compiled, options);
  const readouts = rows.map(({ tokens }, row) => ({ row, position: tokens.length - 1, target: row % 2 }));
  const result = await model.gradient(prompt, [{ rows, readouts }], Int32Array.of(5, 9));
  await model.close();
  return result;
}
