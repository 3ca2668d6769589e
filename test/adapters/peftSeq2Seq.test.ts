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
const byPeft = join(fixtures, 'peft-seq2seq');
const FLAN_T5 = join(fixtures, 'models/flan-t5');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-seq2seq-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('an adapter of an encoder-decoder that PEFT wrote', () => {
  it('is read, and written again byte for byte', async () => {
    const checkpoint = await openCheckpoint(FLAN_T5);
    const { prompt, virtualTokens, baseModel } = await readPeftAdapter(byPeft, checkpoint.config);
    expect(virtualTokens).toBe(5);
    await writePeftAdapter(folder, {
      prompt,
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
    const checkpoint = await openCheckpoint(FLAN_T5);
    const model = await openPromptModel(checkpoint, { cacheFolder: join(folder, 'cache'), threads: 1 });
    const { rows, decoderRows } = JSON.parse(await readFile(join(FLAN_T5, 'expected.json'), 'utf8'));
    const expected = await readArrays(join(fixtures, 'peft-seq2seq-logits.safetensors'));
    const batch = {
      rows: (rows as number[][]).map((row, i) => ({
        tokens: Int32Array.from(row),
        answer: Int32Array.from(decoderRows[i]),
      })),
      readouts: (decoderRows as number[][]).map(({ length }, row) => ({
        row,
        position: length - 1,
        target: 0,
      })),
    };
    const prefix = await model.prefix((await readPeftAdapter(byPeft)).prompt);
    const logits = await model.logits(batch, 'all', prefix);
    const width = logits.length / rows.length;
    for (let row = 0; row < rows.length; row++) {
      const own = logits.subarray(row * width, (row + 1) * width);
      expect(difference(own, expected[`logits_${row}`]!.data)).toBeLessThan(1e-4);
    }
    await Promise.all([model.close(), checkpoint.close()]);
  });
});
