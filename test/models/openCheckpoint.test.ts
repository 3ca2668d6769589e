import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/engine/models/checkpoint';
import { llamaShapes } from '../../src/engine/models/llamaTensors';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { reportError, SoftpromptError } from '../../src/protocol/errors';
import { buildGguf } from './ggufBuilder';

const fixtures = fileURLToPath(new URL('../oracle/fixtures/', import.meta.url));
const tied = join(fixtures, 'tiny-llama-gqa-tied');
const untied = join(fixtures, 'tiny-llama-gqa-untied');
const sharded = join(fixtures, 'tiny-llama-sharded');
const half = join(fixtures, 'tiny-llama-f16');
const f32 = join(fixtures, 'tiny-llama-gguf/tiny-llama-f32.gguf');
const mixed = join(fixtures, 'tiny-llama-gguf/tiny-llama-mixed.gguf');

async function opened<T>(path: string, use: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(path);
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

async function failure(path: string) {
  const error = await openCheckpoint(path).then(
    () => new Error('no failure'),
    (cause) => cause,
  );
  expect(error).toBeInstanceOf(SoftpromptError);
  return reportError(error);
}

/** A model whose embedding table and Q are above 4 MB each. */
const wide = {
  hiddenSize: 64,
  intermediateSize: 32,
  layers: 1,
  heads: 320,
  keyValueHeads: 1,
  headSize: 64,
  vocabularySize: 20_000,
  tiedHead: true,
};
const wideMetadata = {
  'general.architecture': 'llama',
  'llama.block_count': 1,
  'llama.context_length': 8,
  'llama.embedding_length': 64,
  'llama.feed_forward_length': 32,
  'llama.attention.head_count': 320,
  'llama.attention.head_count_kv': 1,
  'llama.attention.key_length': 64,
  'llama.attention.layer_norm_rms_epsilon': 0.5,
};

describe('openCheckpoint', () => {
  it('translates settings of both formats to the same ModelConfig', async () => {
    const expected = {
      architecture: 'llama',
      hiddenSize: 64,
      intermediateSize: 32,
      layers: 2,
      heads: 4,
      keyValueHeads: 2,
      headSize: 16,
      vocabularySize: 288,
      contextLength: 256,
      ropeTheta: 10_000,
      normEpsilon: 1e-5,
      tiedHead: true,
    };
    expect(await opened(tied, async ({ config }) => config)).toEqual(expected);
    expect(await opened(half, async ({ config }) => config)).toEqual(expected);
    expect(await opened(f32, async ({ config }) => config)).toEqual({
      ...expected,
      normEpsilon: Math.fround(1e-5),
    });
    const { headSize, ropeTheta, tiedHead, vocabularySize } = await opened(
      untied,
      async ({ config }) => config,
    );
    expect({ headSize, ropeTheta, tiedHead, vocabularySize }).toEqual({
      headSize: 16,
      ropeTheta: 100_000,
      tiedHead: false,
      vocabularySize: 320,
    });
  });

  it('reads the same values from a float32 GGUF file as from safetensors, Q and K put back in order', async () => {
    await opened(tied, (safetensors) =>
      opened(f32, async (gguf) => {
        expect([...gguf.tensors.keys()].sort()).toEqual([...safetensors.tensors.keys()].sort());
        expect(gguf.parameters).toBe(safetensors.parameters);
        for (const [name, tensor] of safetensors.tensors) {
          const other = gguf.tensors.get(name)!;
          expect(other.shape, name).toEqual(tensor.shape);
          expect(await other.read(), name).toEqual(await tensor.read());
        }
      }),
    );
  });

  it('reads quantised tensors near the originals, in the right rows', async () => {
    const tolerance: Record<string, number> = {
      embed_tokens: 0.01,
      q_proj: 0.05,
      k_proj: 0.1,
      v_proj: 0.001,
    };
    await opened(tied, (safetensors) =>
      opened(mixed, async (gguf) => {
        for (const [name, tensor] of gguf.tensors) {
          const original = await safetensors.tensors.get(name)!.read();
          const values = await tensor.read();
          const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - original[i]!)), 0);
          const kind = Object.keys(tolerance).find((part) => name.includes(part));
          expect(worst, name).toBeLessThan(kind ? tolerance[kind]! : 0.1);
        }
      }),
    );
  });

  it('reads sharded and half-precision folders', async () => {
    await opened(untied, (whole) =>
      opened(sharded, async (shards) => {
        expect(shards.parameters).toBe(66_784);
        for (const [name, tensor] of whole.tensors) {
          expect(await shards.tensors.get(name)!.read(), name).toEqual(await tensor.read());
        }
      }),
    );
    await opened(half, async ({ tensors }) => {
      const values = await tensors.get('model.embed_tokens.weight')!.read();
      expect(values).toHaveLength(288 * 64);
      expect(values.every(Number.isFinite)).toBe(true);
    });
  });

  it('reads a tensor that is larger than what it reads at a time, rows of Q in order', async () => {
    const shapes = llamaShapes({
      ...wide,
      architecture: 'llama',
      contextLength: 8,
      ropeTheta: 1,
      normEpsilon: 1,
    });
    const values = (rows: number, columns: number, row: (i: number) => number) =>
      Float32Array.from(
        { length: rows * columns },
        (_, i) => row(Math.floor(i / columns)) * 64 + (i % columns),
      );
    const names: Record<string, string> = {
      'model.embed_tokens': 'token_embd',
      'model.norm': 'output_norm',
      'self_attn.q_proj': 'attn_q',
      'self_attn.k_proj': 'attn_k',
      'self_attn.v_proj': 'attn_v',
      'self_attn.o_proj': 'attn_output',
      input_layernorm: 'attn_norm',
      post_attention_layernorm: 'ffn_norm',
      'mlp.gate_proj': 'ffn_gate',
      'mlp.up_proj': 'ffn_up',
      'mlp.down_proj': 'ffn_down',
    };
    const tensors = [...shapes].map(([name, shape]) => {
      const [, layer, part] = /^(model\.layers\.0\.)?(.*)\.weight$/.exec(name)!;
      const [columns, rows] = [shape.at(-1)!, shape.length > 1 ? shape[0]! : 1];
      const { headSize } = wide;
      const rotary = part === 'self_attn.q_proj' || part === 'self_attn.k_proj';
      // Pairs (0, 32), (1, 33), … of each head, as llama.cpp's converter writes them.
      const source = (i: number) =>
        i - (i % headSize) + (i % 2) * (headSize / 2) + Math.floor((i % headSize) / 2);
      const content = values(rows, columns, rotary ? source : (i) => i);
      const bytes = new Uint8Array(content.buffer);
      return { name: `${layer ? 'blk.0.' : ''}${names[part!]}.weight`, shape, type: 0, bytes };
    });
    const folder = await mkdtemp(join(tmpdir(), 'softprompt-large-'));
    const file = join(folder, 'large.gguf');
    await writeFile(file, buildGguf(wideMetadata, tensors));
    await opened(file, async (checkpoint) => {
      for (const name of ['model.embed_tokens.weight', 'model.layers.0.self_attn.q_proj.weight']) {
        const [rows, columns] = shapes.get(name)!;
        const found = await checkpoint.tensors.get(name)!.read();
        const expected = values(rows!, columns!, (i) => i);
        expect(Buffer.from(found.buffer).equals(Buffer.from(expected.buffer)), name).toBe(true);
      }
    });
    await rm(folder, { recursive: true });
  });

  it('says that there is nothing', async () => {
    expect((await failure(join(fixtures, 'nowhere.gguf'))).code).toBe('model-missing');
  });

  describe('on damaged and foreign files', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'softprompt-models-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    async function changedFolder(name: string, source: string, file: string, change: (json: Json) => void) {
      const copy = join(folder, name);
      await cp(source, copy, { recursive: true });
      const json = JSON.parse(await readFile(join(copy, file), 'utf8')) as Json;
      change(json);
      await writeFile(join(copy, file), JSON.stringify(json));
      return copy;
    }
    type Json = Record<string, unknown>;

    it('a GGUF file cut short, anywhere: says the size it has and the size it needs', async () => {
      const bytes = await readFile(mixed);
      const cut = join(folder, 'cut.gguf');
      for (const length of [10, 2000, 20_000, bytes.length - 100]) {
        await writeFile(cut, bytes.subarray(0, length));
        const report = await failure(cut);
        expect(report.code).toBe('model-invalid');
        expect(report.message).toContain(`cut short: it has ${length} bytes`);
        expect(report.hint).toContain('Pull the model again');
      }
      expect((await failure(cut)).message).toMatch(/but the tensor \S+ ends at byte 64800/);
    });

    it('an empty file', async () => {
      const empty = join(folder, 'empty.gguf');
      await writeFile(empty, '');
      expect((await failure(empty)).message).toContain('cut short: it has 0 bytes');
    });

    it('a tensor type it does not read, by name', async () => {
      const bytes = await readFile(f32);
      const name = Buffer.from('blk.1.ffn_down.weight');
      const at = bytes.indexOf(name) + name.length + 4 + 16;
      expect(bytes.readUInt32LE(at)).toBe(0);
      bytes.writeUInt32LE(20, at);
      const file = join(folder, 'iq4.gguf');
      await writeFile(file, bytes);
      const report = await failure(file);
      expect(report.code).toBe('model-unsupported');
      expect(report.message).toContain('blk.1.ffn_down.weight is stored as IQ4_NL');
      expect(report.hint).toContain('Q4_1');
    });

    it('another architecture, by name, in both formats', async () => {
      const bytes = await readFile(f32);
      const at = bytes.indexOf('general.architecture') + 'general.architecture'.length + 4 + 8;
      bytes.write('gemma', at);
      const file = join(folder, 'gemma.gguf');
      await writeFile(file, bytes);
      expect((await failure(file)).message).toContain('the architecture gemma');
      const qwen = await changedFolder('qwen', tied, 'config.json', (json) => {
        json.model_type = 'qwen2';
      });
      const report = await failure(qwen);
      expect(report.code).toBe('model-unsupported');
      expect(report.message).toContain('the architecture qwen2');
    });

    it.each<[string, Json, string]>([
      ['scaled', { rope_parameters: { rope_type: 'llama3', rope_theta: 500_000 } }, 'rope_type llama3'],
      ['linear', { rope_parameters: null, rope_scaling: { type: 'linear', factor: 2 } }, 'rope_type linear'],
      ['bias', { attention_bias: true }, 'attention_bias'],
      ['mlp-bias', { mlp_bias: true }, 'mlp_bias'],
      ['window', { sliding_window: 4096 }, 'sliding_window'],
      ['gelu', { hidden_act: 'gelu' }, 'the activation gelu'],
      ['quantised', { quantization_config: { bits: 4 } }, 'quantization_config'],
    ])('a property that the builder does not do: %s', async (name, settings, message) => {
      const copy = await changedFolder(name, tied, 'config.json', (json) => Object.assign(json, settings));
      const report = await failure(copy);
      expect(report.code).toBe('model-unsupported');
      expect(report.message).toContain(message);
    });

    it('settings that are missing, wrong, or do not fit the tensors', async () => {
      const missing = await changedFolder('missing', tied, 'config.json', (json) => {
        delete json.hidden_size;
      });
      expect((await failure(missing)).message).toContain('hidden_size');
      const wide = await changedFolder('wide', tied, 'config.json', (json) => {
        json.intermediate_size = 48;
      });
      expect((await failure(wide)).message).toContain(
        "model.layers.0.mlp.gate_proj.weight is [32, 64], but the model's settings ask for [48, 64]",
      );
      const shallow = await changedFolder('shallow', tied, 'config.json', (json) => {
        json.num_hidden_layers = 1;
      });
      expect((await failure(shallow)).message).toContain('model.layers.1.');
      const heads = await changedFolder('heads', tied, 'config.json', (json) => {
        json.num_key_value_heads = 3;
      });
      expect((await failure(heads)).message).toContain('4 heads of size 16, 3 key-value heads');
      const broken = join(folder, 'broken');
      await cp(tied, broken, { recursive: true });
      await writeFile(join(broken, 'config.json'), '{ "model_type": ');
      expect((await failure(broken)).message).toContain('config.json is not what it should be');
    });

    it('an index that leaves its folder, and a shard that is missing', async () => {
      const index = 'model.safetensors.index.json';
      const outside = await changedFolder('outside', sharded, index, (json) => {
        (json.weight_map as Json)['model.norm.weight'] = '../secret.safetensors';
      });
      expect((await failure(outside)).message).toContain('outside the folder: ../secret.safetensors');
      const missing = join(folder, 'shard');
      await cp(sharded, missing, { recursive: true });
      const shard = (await readdir(missing)).find((file) => file.startsWith('model-00002'))!;
      await rm(join(missing, shard));
      const report = await failure(missing);
      expect(report.code).toBe('model-missing');
      expect(report.message).toContain(shard);
    });

    it('changes its fingerprint when a weight changes, and only then', async () => {
      const fingerprint = (path: string) => opened(path, async (checkpoint) => checkpoint.fingerprint);
      const copy = join(folder, 'copy.gguf');
      await cp(mixed, copy);
      expect(await fingerprint(copy)).toBe(await fingerprint(mixed));
      const bytes = await readFile(mixed);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(copy, bytes);
      expect(await fingerprint(copy)).not.toBe(await fingerprint(mixed));
      expect(await fingerprint(tied)).not.toBe(await fingerprint(untied));
    });
  });
});
