import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../src/engine/compile/promptModel';
import { defaultCacheFolder } from '../../src/engine/models/cacheFolder';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { readArrays, relativeDifference, rowsOf } from '../oracle/arrays';

const FIXTURES = join(__dirname, '../oracle/fixtures/smollm2');
const MODEL = join(defaultCacheFolder(), 'models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf');

const json = async (name: string) => JSON.parse(await readFile(join(FIXTURES, name), 'utf8'));

/** Runs where the model has been pulled (`softprompt models pull smollm2-135m-instruct`); .ci/run pulls it. */
describe.runIf(existsSync(MODEL))('SmolLM2-135M against Transformers', () => {
  let model: PromptModel;
  beforeAll(async () => {
    const checkpoint = await openCheckpoint(MODEL);
    model = await openPromptModel(checkpoint, { cacheFolder: defaultCacheFolder() });
    await checkpoint.close();
  }, 300_000);
  afterAll(() => model?.close());

  it('computes the same next-token logits on 20 texts', async () => {
    const texts: { ids: number[] }[] = await json('texts.json');
    const truth = await readArrays(join(FIXTURES, 'logits.safetensors'));
    const vocabulary = model.config.vocabularySize;
    let difference = 0;
    for (const [i, { ids }] of texts.entries()) {
      const readouts = [{ row: 0, position: ids.length - 1, target: 0 }];
      const logits = await model.logits({ rows: [{ tokens: Int32Array.from(ids) }], readouts }, 'all', null);
      expect(logits.length).toBe(vocabulary);
      for (let k = 0; k < 50; k++) {
        const at = i * 50 + k;
        difference = Math.max(
          difference,
          Math.abs(logits[truth.top_ids!.data[at]!]! - truth.top_logits!.data[at]!),
        );
      }
      for (let k = 0; k < 200; k++) {
        const expected = truth.probe_logits!.data[i * 200 + k]!;
        difference = Math.max(difference, Math.abs(logits[truth.probe_ids!.data[k]!]! - expected));
      }
    }
    console.log(`logits: largest difference ${difference.toExponential(2)}`);
    expect(difference).toBeLessThan(1e-3);
  }, 120_000);

  it('continues five prompts with the same 40 tokens', async () => {
    const truth: { prompt_ids: number[]; ids: number[] }[] = await json('greedy.json');
    const rows = truth.map(({ prompt_ids }) => Int32Array.from(prompt_ids));
    const answers = await model.generate(rows, null, { maxTokens: 40, stop: [] });
    expect(answers).toEqual(truth.map(({ ids }) => ids));
  }, 120_000);

  it('computes the same prompt gradients', async () => {
    const truth = await readArrays(join(FIXTURES, 'gradient.safetensors'));
    const { losses } = await json('gradient.json');
    const rows = rowsOf(truth.input_ids!, truth.lengths!);
    const prompt = Float32Array.from(truth.prompt!.data);
    const ofClass = rows.map(({ tokens }, row) => ({
      row,
      position: tokens.length - 1,
      target: truth.classes!.data[row]!,
    }));
    const byClass = await model.gradient(
      prompt,
      [{ rows, readouts: ofClass }],
      Int32Array.from(truth.label_ids!.data),
    );
    const ofText = Array.from(truth.target_rows!.data, (row, i) => ({
      row,
      position: truth.target_positions!.data[i]!,
      target: truth.target_ids!.data[i]!,
    }));
    const byText = await model.gradient(prompt, [{ rows, readouts: ofText }], 'all');
    const differences = [
      relativeDifference(byClass.gradient, truth.class_gradient_float64!.data),
      relativeDifference(byText.gradient, truth.text_gradient_float64!.data),
    ];
    console.log(
      `gradients: largest relative differences ${differences.map((d) => d.toExponential(2)).join(', ')}`,
    );
    expect(Math.max(...differences)).toBeLessThan(1e-4);
    expect(byClass.loss).toBeCloseTo(losses.float64?.class_loss ?? losses.class_loss, 4);
  }, 120_000);
});
