import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeftAdapter, writePeftAdapter } from '../../src/engine/adapters/peft';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { difference } from '../models/conformance/measure';
import { readArrays } from '../oracle/arrays';

const fixtures = join(__dirname, '../oracle/fixtures');

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-encoders-'));
});
afterAll(() => rm(root, { recursive: true }));

describe.each([
  ['sequence classification', 'peft-seq-cls', 'models/minilm'],
  ['filling in masks', 'peft-masked', 'models/bert'],
])('an adapter for %s that PEFT wrote', (_, name, modelName) => {
  const byPeft = join(fixtures, name);
  const path = join(fixtures, modelName);

  it('is read, and written again byte for byte', async () => {
    const checkpoint = await openCheckpoint(path);
    const { prompt, head, virtualTokens, baseModel } = await readPeftAdapter(byPeft, checkpoint.config);
    expect(virtualTokens).toBe(5);
    expect(head?.bias.length).toBe(checkpoint.config.kind === 'encoder' ? 3 : undefined);
    const folder = join(root, name);
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
  });

  it('gives the logits here that PEFT gives with it', async () => {
    const checkpoint = await openCheckpoint(path);
    const model = await openPromptModel(checkpoint, { cacheFolder: join(root, 'cache'), threads: 1 });
    const { rows, positions } = JSON.parse(await readFile(join(path, 'expected.json'), 'utf8'));
    const expected = await readArrays(join(fixtures, `${name}-logits.safetensors`));
    const { prompt, head } = await readPeftAdapter(byPeft);
    const batch = {
      rows: (rows as number[][]).map((row) => ({ tokens: Int32Array.from(row) })),
      readouts: (rows as number[][]).map((_, row) => ({ row, position: positions?.[row] ?? 0, target: 0 })),
    };
    const logits = await model.logits(batch, head ?? 'all', await model.prefix(prompt));
    const width = logits.length / rows.length;
    for (let row = 0; row < rows.length; row++) {
      const own = logits.subarray(row * width, (row + 1) * width);
      expect(difference(own, expected[`logits_${row}`]!.data)).toBeLessThan(1e-4);
    }
    await model.close();
    await checkpoint.close();
  });
});
