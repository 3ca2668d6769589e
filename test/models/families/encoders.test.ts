import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityHead } from '../../../src/engine/compile/classHead';
import { openPromptModel } from '../../../src/engine/compile/openPromptModel';
import { openCheckpoint } from '../../../src/engine/models/openCheckpoint';
import { readArrays } from '../../oracle/arrays';
import { MODELS, readExpected } from '../conformance/cases';
import { difference } from '../conformance/measure';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'softprompt-encoders-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A tiny model's folder, with other settings. */
async function copyOf(model: string, settings: object = {}): Promise<string> {
  const folder = await mkdtemp(join(root, `${model}-`));
  for (const file of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors']) {
    await cp(join(MODELS, model, file), join(folder, file));
  }
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, ...settings }));
  return folder;
}

async function withPooling(pooling: object): Promise<string> {
  const folder = await copyOf('minilm');
  await mkdir(join(folder, '1_Pooling'));
  await writeFile(join(folder, '1_Pooling/config.json'), JSON.stringify(pooling));
  return folder;
}

async function poolingOf(path: string) {
  const checkpoint = await openCheckpoint(path);
  await checkpoint.close();
  return checkpoint.config.pooling;
}

describe('pooling of an encoder without head', () => {
  it('is what the folder says, and the mean where it says nothing', async () => {
    expect(await poolingOf(await copyOf('minilm'))).toBe('mean');
    expect(await poolingOf(await withPooling({ pooling_mode_mean_tokens: true }))).toBe('mean');
    const first = { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false };
    expect(await poolingOf(await withPooling(first))).toBe('cls');
    expect(await poolingOf(await withPooling({ pooling_mode: 'cls' }))).toBe('cls');
    expect(await poolingOf(join(MODELS, 'minilm/model.gguf'))).toBe('mean');
  });

  it('in another way is refused', async () => {
    await expect(poolingOf(await withPooling({ pooling_mode_max_tokens: true }))).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/pools its states/),
    });
  });

  it('by the first token gives what Transformers gives', async () => {
    const arrays = await readArrays(join(MODELS, 'minilm/expected.safetensors'));
    const { rows } = readExpected(join(MODELS, 'minilm'));
    const checkpoint = await openCheckpoint(await withPooling({ pooling_mode: 'cls' }));
    const model = await openPromptModel(checkpoint, { cacheFolder: join(root, 'cache'), threads: 1 });
    const batch = {
      rows: rows.map((row) => ({ tokens: Int32Array.from(row) })),
      readouts: rows.map((_, row) => ({ row, position: 0, target: 0 })),
    };
    const prefix = await model.prefix(arrays.prompt!.data);
    const states = await model.logits(batch, identityHead(model.config.hiddenSize), prefix);
    expect(difference(states, arrays.cls!.data)).toBeLessThan(1e-4);
    await model.close();
    await checkpoint.close();
  });
});

describe('settings of encoders', () => {
  it('leave out the unused first positions of RoBERTa', async () => {
    const checkpoint = await openCheckpoint(join(MODELS, 'roberta'));
    expect(checkpoint.config).toMatchObject({ contextLength: 64, kind: 'masked' });
    await checkpoint.close();
  });

  it('give ALBERT vectors that are narrower than its states', async () => {
    const checkpoint = await openCheckpoint(join(MODELS, 'albert'));
    expect(checkpoint.config).toMatchObject({ embeddingSize: 16, hiddenSize: 32, layers: 3 });
    await checkpoint.close();
  });

  it('of ModernBERT as Transformers 4 wrote them mean the same', async () => {
    const old = { layer_types: null, global_attn_every_n_layers: 3, rope_parameters: null };
    const thetas = { global_rope_theta: 160000, local_rope_theta: 10000 };
    const both = [join(MODELS, 'modernbert'), await copyOf('modernbert', { ...old, ...thetas })];
    const [now, then] = await Promise.all(
      both.map(async (path) => {
        const { model, close } = await openCheckpoint(path);
        await close();
        return {
          rotary: model.rotary,
          side: model.stage(0, 4).ports.side,
          graph: model.stage(0, 4).graph.nodes,
        };
      }),
    );
    expect(then).toEqual(now);
  });

  it.each<[string, string, object, RegExp]>([
    ['a causal BERT', 'bert', { is_decoder: true }, /causal mask/],
    ['relative positions', 'bert', { position_embedding_type: 'relative_key' }, /relative_key positions/],
    ['an activation without graph', 'distilbert', { activation: 'mish' }, /activation mish/],
    ['several groups of layers', 'albert', { num_hidden_groups: 2 }, /2 groups of layers/],
    ['biases of ModernBERT', 'modernbert', { attention_bias: true }, /attention_bias/],
    ['heads that do not divide', 'bert', { num_attention_heads: 5 }, /5 heads in a hidden size of 32/],
  ])('refuse %s', async (_, model, settings, message) => {
    await expect(openCheckpoint(await copyOf(model, settings))).rejects.toThrow(message);
  });
});
