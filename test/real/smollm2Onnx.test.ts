import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../src/engine/compile/promptModel';
import { defaultCacheFolder } from '../../src/engine/models/cacheFolder';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { relativeDifference } from '../oracle/arrays';
import { exportModel } from './exportModel';

const FIXTURES = join(__dirname, '../oracle/fixtures/smollm2');
const MODEL = join(defaultCacheFolder(), 'models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf');

/** Runs where the model has been pulled. The exported file and its compiled copy take 1.2 GB for a while. */
describe.runIf(existsSync(MODEL))('SmolLM2-135M, written to one ONNX file and opened again', () => {
  let folder: string;
  let ours: PromptModel;
  let imported: PromptModel;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'softprompt-smollm2-'));
    const checkpoint = await openCheckpoint(MODEL);
    const file = join(folder, 'model.onnx');
    await exportModel(checkpoint, file);
    ours = await openPromptModel(checkpoint, { cacheFolder: defaultCacheFolder() });
    await checkpoint.close();
    const started = performance.now();
    const reopened = await openCheckpoint(file);
    console.log(`opened in ${Math.round(performance.now() - started)} ms`);
    expect(reopened.config).toMatchObject({
      kind: 'decoder',
      layers: 30,
      heads: 9,
      keyValueHeads: 3,
      headSize: 64,
    });
    imported = await openPromptModel(reopened, { cacheFolder: folder });
    await reopened.close();
  }, 600_000);

  afterAll(async () => {
    await ours?.close();
    await imported?.close();
    await rm(folder, { recursive: true });
  });

  it('computes the same logits, gradient and words', async () => {
    const texts: { ids: number[] }[] = JSON.parse(await readFile(join(FIXTURES, 'texts.json'), 'utf8'));
    const rows = texts.slice(0, 4).map(({ ids }) => ({ tokens: Int32Array.from(ids) }));
    const readouts = rows.map(({ tokens }, row) => ({ row, position: tokens.length - 1, target: 42 }));
    const prompt = ours.embed(Int32Array.from({ length: 8 }, (_, i) => 1000 + i));
    const [expected, found] = await Promise.all(
      [ours, imported].map(async (model) => {
        const prefix = await model.prefix(prompt);
        return {
          logits: await model.logits({ rows, readouts }, 'all', prefix),
          step: await model.gradient(prompt, [{ rows, readouts }], 'all'),
          words: await model.generate([rows[0]!.tokens], prefix, { maxTokens: 16, stop: [] }),
        };
      }),
    );
    const difference = expected!.logits.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - found!.logits[i]!)),
      0,
    );
    const gradient = relativeDifference(found!.step.gradient, expected!.step.gradient);
    console.log(`logits differ by ${difference.toExponential(2)}, gradients by ${gradient.toExponential(2)}`);
    expect(difference).toBeLessThan(1e-3);
    expect(gradient).toBeLessThan(1e-3);
    expect(found!.words).toEqual(expected!.words);
  }, 300_000);
});
