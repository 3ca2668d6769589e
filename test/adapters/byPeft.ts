import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readPeftAdapter, writePeftAdapter } from '../../src/engine/adapters/peft';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { TokenBatch } from '../../src/engine/prompt/tokenRow';
import { type Expected, MODELS, readExpected } from '../models/conformance/cases';
import { difference } from '../models/conformance/measure';
import { readArrays } from '../oracle/arrays';

const FIXTURES = join(__dirname, '../oracle/fixtures');

/** An adapter that PEFT wrote for one of the tiny models: names of fixtures. */
export interface ByPeft {
  adapter: string;
  model: string;
}

/** Reads the adapter and writes it to `folder`: the same bytes. Gives what was read. */
export async function expectSameBytes({ adapter, model }: ByPeft, folder: string) {
  const byPeft = join(FIXTURES, adapter);
  const checkpoint = await openCheckpoint(join(MODELS, model));
  const read = await readPeftAdapter(byPeft, checkpoint.config);
  const { prompt, head, virtualTokens, baseModel } = read;
  await writePeftAdapter(folder, {
    prompt,
    head,
    virtualTokens,
    baseModel: baseModel!,
    model: checkpoint.config,
    init: { from: 'labels' },
  });
  for (const file of ['adapter_config.json', 'adapter_model.safetensors']) {
    const [own, peft] = [await readFile(join(folder, file)), await readFile(join(byPeft, file))];
    expect(own.equals(peft), file).toBe(true);
  }
  await checkpoint.close();
  return read;
}

/** The adapter's logits on the model's rows, as `batchOf` asks for them, are those that PEFT computed. */
export async function expectSameLogits(
  { adapter, model }: ByPeft,
  cacheFolder: string,
  batchOf: (expected: Expected) => TokenBatch,
): Promise<void> {
  const path = join(MODELS, model);
  const checkpoint = await openCheckpoint(path);
  const promptModel = await openPromptModel(checkpoint, { cacheFolder, threads: 1 });
  const expected = await readArrays(join(FIXTURES, `${adapter}-logits.safetensors`));
  const { prompt, head } = await readPeftAdapter(join(FIXTURES, adapter));
  const batch = batchOf(readExpected(path));
  const logits = await promptModel.logits(batch, head ?? 'all', await promptModel.prefix(prompt));
  const width = logits.length / batch.rows.length;
  for (let row = 0; row < batch.rows.length; row++) {
    const own = logits.subarray(row * width, (row + 1) * width);
    expect(difference(own, expected[`logits_${row}`]!.data)).toBeLessThan(1e-4);
  }
  await promptModel.close();
  await checkpoint.close();
}
