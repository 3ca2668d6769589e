import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPeftAdapter, writePeftAdapter } from '../../src/engine/adapters/peft';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { openSafetensors } from '../../src/engine/safetensors';
import { writeSafetensors } from '../../src/engine/safetensorsWriter';

const fixtures = join(__dirname, '../oracle/fixtures');
const byPeft = join(fixtures, 'peft-adapter');
const MODEL = { hiddenSize: 64, layers: 2, heads: 4 };
const STORED = {
  prompt: Float32Array.from({ length: 3 * 64 }, (_, i) => Math.sin(i)),
  virtualTokens: 3,
  baseModel: 'tiny',
  model: MODEL,
  init: { from: 'text' as const, text: 'Größe 😀?' },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-adapter-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('an adapter that PEFT wrote', () => {
  it('is read, and written again byte for byte', async () => {
    const adapter = await readPeftAdapter(byPeft, { hiddenSize: 64 });
    expect(adapter).toMatchObject({ virtualTokens: 8, hiddenSize: 64, baseModel: 'tiny-llama-gqa-tied' });
    const { prompt, virtualTokens, baseModel } = adapter;
    const again = join(folder, 'again');
    await writePeftAdapter(again, {
      prompt,
      virtualTokens,
      baseModel: baseModel!,
      model: MODEL,
      init: { from: 'text', text: 'The text is short.' },
    });
    for (const file of ['adapter_config.json', 'adapter_model.safetensors']) {
      expect((await readFile(join(again, file))).equals(await readFile(join(byPeft, file)))).toBe(true);
    }
  });

  it('keeps in a file of its own that the virtual tokens stand behind the text', async () => {
    const own = join(folder, 'behind');
    await writePeftAdapter(own, { ...STORED, placement: 'after' });
    expect((await readPeftAdapter(own)).placement).toBe('after');
    expect(await readFile(join(own, 'README.md'), 'utf8')).toContain('behind the text');
    await writeFile(join(own, 'softprompt.json'), '{"version":1,"placement":"above"}');
    await expect(readPeftAdapter(own)).rejects.toMatchObject({ code: 'run-invalid' });
    // PEFT's own place needs no such file, and leaves none.
    await writePeftAdapter(own, STORED);
    expect((await readPeftAdapter(own)).placement).toBe('before');
  });

  it('gives the logits here that PEFT gives with it', async () => {
    const checkpoint = await openCheckpoint(join(fixtures, 'tiny-llama-gqa-tied'));
    const model = await openPromptModel(checkpoint, { cacheFolder: join(folder, 'cache'), threads: 1 });
    const logits = await openSafetensors(join(fixtures, 'peft-adapter-logits.safetensors'));
    const texts: { ids: number[] }[] = JSON.parse(
      await readFile(join(fixtures, 'peft-adapter-texts.json'), 'utf8'),
    );
    const prefix = await model.prefix((await readPeftAdapter(byPeft)).prompt);
    for (const [i, { ids }] of texts.entries()) {
      const expected = await logits.tensors.get(`logits_${i}`)!.read();
      const readouts = ids.map((_, position) => ({ row: 0, position, target: 0 }));
      const given = await model.logits({ rows: [{ tokens: Int32Array.from(ids) }], readouts }, 'all', prefix);
      expect(given).toHaveLength(expected.length);
      const error = given.reduce((most, value, j) => Math.max(most, Math.abs(value - expected[j]!)), 0);
      expect(error).toBeLessThan(1e-4);
    }
    await Promise.all([logits.close(), model.close(), checkpoint.close()]);
  });
});

describe('an adapter written here', () => {
  it('keeps every bit of the prompt', async () => {
    await writePeftAdapter(join(folder, 'own'), STORED);
    expect((await readPeftAdapter(join(folder, 'own'))).prompt).toEqual(STORED.prompt);
  });

  it('is ASCII, as Python writes JSON', async () => {
    await writePeftAdapter(join(folder, 'ascii'), STORED);
    const config = await readFile(join(folder, 'ascii/adapter_config.json'), 'utf8');
    expect(config).toContain('Gr\\u00f6\\u00dfe \\ud83d\\ude00?');
    expect(JSON.parse(config).prompt_tuning_init_text).toBe('Größe 😀?');
  });

  // The interpreter of test/oracle's virtual environment, where there is one.
  const python = process.env.SOFTPROMPT_ORACLE_PYTHON;
  it.runIf(python)('loads in PEFT and gives the logits that PEFT had', { timeout: 120_000 }, async () => {
    const own = join(folder, 'for-peft');
    const { prompt, virtualTokens } = await readPeftAdapter(byPeft);
    const init = { from: 'vocabulary' } as const;
    await writePeftAdapter(own, { prompt, virtualTokens, baseModel: 'tiny', model: MODEL, init });
    const rows: { ids: number[] }[] = JSON.parse(
      await readFile(join(fixtures, 'peft-adapter-texts.json'), 'utf8'),
    );
    const tokens = join(folder, 'tokens.json');
    await writeFile(tokens, JSON.stringify(rows.map(({ ids }) => ids)));
    const script = join(__dirname, '../oracle/check_adapter.py');
    const logits = (adapter: string) => {
      const printed = execFileSync(python!, [script, adapter, join(fixtures, 'tiny-llama-gqa-tied'), tokens]);
      return JSON.parse(printed.toString()).logits;
    };
    expect(logits(own)).toEqual(logits(byPeft));
  });
});

describe('adapters that do not fit', () => {
  async function broken(change: (config: Record<string, unknown>) => void): Promise<string> {
    const copy = await mkdtemp(join(folder, 'broken-'));
    await cp(byPeft, copy, { recursive: true });
    const file = join(copy, 'adapter_config.json');
    const config = JSON.parse(await readFile(file, 'utf8'));
    change(config);
    await writeFile(file, JSON.stringify(config));
    return copy;
  }
  const refused = (adapter: string, message: RegExp) =>
    expect(readPeftAdapter(adapter)).rejects.toMatchObject({
      code: 'run-invalid',
      message: expect.stringMatching(message),
    });

  it('of another kind', async () => {
    await refused(await broken((config) => Object.assign(config, { peft_type: 'LORA' })), /of type LORA/);
  });

  it('for a task without a prompt of its own', async () => {
    await refused(await broken((config) => Object.assign(config, { task_type: 'TOKEN_CLS' })), /TOKEN_CLS/);
  });

  it('with a prompt for each half of an encoder-decoder', async () => {
    const halves = { task_type: 'SEQ_2_SEQ_LM', num_transformer_submodules: 2 };
    await refused(await broken((config) => Object.assign(config, halves)), /SEQ_2_SEQ_LM/);
  });

  it('whose files disagree', async () => {
    await refused(
      await broken((config) => Object.assign(config, { num_virtual_tokens: 9 })),
      /shape \[8, 64\], but adapter_config.json says 9/,
    );
  });

  it('without a number of virtual tokens', async () => {
    const adapter = await broken((config) => {
      delete config.num_virtual_tokens;
    });
    await refused(adapter, /num_virtual_tokens/);
  });

  it('of a model of another size', async () => {
    await expect(readPeftAdapter(byPeft, { hiddenSize: 576 })).rejects.toThrow(
      /64 wide, the model's hidden size is 576/,
    );
  });

  it('without the tensor', async () => {
    const adapter = await broken(() => {});
    await writeSafetensors(join(adapter, 'adapter_model.safetensors'), {
      other: { shape: [1], data: Float32Array.of(1) },
    });
    await refused(adapter, /no prompt_embeddings in it, only other/);
  });

  it('stored as a pickle', async () => {
    const adapter = await broken(() => {});
    await rm(join(adapter, 'adapter_model.safetensors'));
    await writeFile(join(adapter, 'adapter_model.bin'), '');
    await expect(readPeftAdapter(adapter)).rejects.toMatchObject({
      details: { hint: expect.stringMatching(/pickle/) },
    });
  });

  it('that are not there', async () => {
    await refused(join(folder, 'nowhere'), /cannot be read/);
  });
});
