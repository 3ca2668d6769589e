import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/engine/models/checkpoint';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { reportError, SoftpromptError } from '../../src/protocol/errors';
import { buildGguf } from './gguf/ggufBuilder';

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
      kind: 'decoder',
      hiddenSize: 64,
      embeddingSize: 64,
      layers: 2,
      heads: 4,
      keyValueHeads: 2,
      headSize: 16,
      vocabularySize: 288,
      contextLength: 256,
    };
    for (const path of [tied, half, f32]) {
      expect(await opened(path, async ({ config }) => config)).toEqual(expected);
    }
    const own = await opened(untied, async ({ config, model }) => ({ ...config, ...model.rotary[0]! }));
    expect(own).toMatchObject({ headSize: 16, vocabularySize: 320 });
    // A base of 100,000 in place of 10,000.
    expect(own.frequencies[1]).toBeCloseTo(100_000 ** (-2 / 16), 12);
  });

  it('reads the same values from a float32 GGUF file as from safetensors, Q and K put back in order', async () => {
    await opened(tied, (safetensors) =>
      opened(f32, async (gguf) => {
        expect([...gguf.weights.keys()].sort()).toEqual([...safetensors.weights.keys()].sort());
        expect(gguf.parameters).toBe(safetensors.parameters);
        for (const [name, tensor] of safetensors.weights) {
          const other = gguf.weights.get(name)!;
          expect(other.shape, name).toEqual(tensor.shape);
          expect(await other.read(), name).toEqual(await tensor.read());
        }
      }),
    );
  });

  it('reads quantised tensors near the originals, in the right rows', async () => {
    const tolerance: Record<string, number> = {
      embeddings: 0.01,
      query: 0.05,
      key: 0.1,
      value: 0.001,
    };
    await opened(tied, (safetensors) =>
      opened(mixed, async (gguf) => {
        for (const [name, tensor] of gguf.weights) {
          const original = await safetensors.weights.get(name)!.read();
          const values = (await tensor.read()) as Float32Array;
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
        for (const [name, tensor] of whole.weights) {
          expect(await shards.weights.get(name)!.read(), name).toEqual(await tensor.read());
        }
      }),
    );
    await opened(half, async ({ weights }) => {
      const values = await weights.get('embeddings')!.read();
      expect(values).toHaveLength(288 * 64);
      expect(values.every(Number.isFinite)).toBe(true);
    });
  });

  it('reads a tensor that is larger than what it reads at a time, rows of Q in order', async () => {
    const headSize = 64;
    // Name in the file, name of ours, rows and columns.
    const shapes: [string, string, number[]][] = [
      ['token_embd', 'embeddings', [20_000, 64]],
      ['output_norm', 'norm.gain', [64]],
      ['blk.0.attn_norm', 'layers.0.attentionNorm.gain', [64]],
      ['blk.0.attn_q', 'layers.0.attention.query.weight', [320 * headSize, 64]],
      ['blk.0.attn_k', 'layers.0.attention.key.weight', [headSize, 64]],
      ['blk.0.attn_v', 'layers.0.attention.value.weight', [headSize, 64]],
      ['blk.0.attn_output', 'layers.0.attention.output.weight', [64, 320 * headSize]],
      ['blk.0.ffn_norm', 'layers.0.feedForwardNorm.gain', [64]],
      ['blk.0.ffn_gate', 'layers.0.feedForward.gate.weight', [32, 64]],
      ['blk.0.ffn_up', 'layers.0.feedForward.up.weight', [32, 64]],
      ['blk.0.ffn_down', 'layers.0.feedForward.down.weight', [64, 32]],
    ];
    const values = (rows: number, columns: number, row: (i: number) => number) =>
      Float32Array.from(
        { length: rows * columns },
        (_, i) => row(Math.floor(i / columns)) * 64 + (i % columns),
      );
    // Pairs (0, 32), (1, 33), … of each head, as llama.cpp's converter writes them.
    const source = (i: number) =>
      i - (i % headSize) + (i % 2) * (headSize / 2) + Math.floor((i % headSize) / 2);
    const tensors = shapes.map(([name, , shape]) => {
      const [columns, rows] = [shape.at(-1)!, shape.length > 1 ? shape[0]! : 1];
      const content = values(rows, columns, /attn_[qk]$/.test(name) ? source : (i) => i);
      return { name: `${name}.weight`, shape, type: 0, bytes: new Uint8Array(content.buffer) };
    });
    const folder = await mkdtemp(join(tmpdir(), 'softprompt-large-'));
    const file = join(folder, 'large.gguf');
    await writeFile(file, buildGguf(wideMetadata, tensors));
    await opened(file, async (checkpoint) => {
      for (const index of [0, 3]) {
        const [, name, [rows, columns]] = shapes[index]!;
        const found = await checkpoint.weights.get(name)!.read();
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
      bytes.writeUInt32LE(34, at);
      const file = join(folder, 'ternary.gguf');
      await writeFile(file, bytes);
      const report = await failure(file);
      expect(report.code).toBe('model-unsupported');
      expect(report.message).toContain('blk.1.ffn_down.weight is stored as TQ1_0');
      expect(report.hint).toContain('Q4_1');
    });

    it('another architecture, by name, in both formats', async () => {
      const bytes = await readFile(f32);
      const at = bytes.indexOf('general.architecture') + 'general.architecture'.length + 4 + 8;
      bytes.write('orion', at);
      const file = join(folder, 'orion.gguf');
      await writeFile(file, bytes);
      expect((await failure(file)).message).toContain('its architecture (orion)');
      const foreign = await changedFolder('foreign', tied, 'config.json', (json) => {
        json.model_type = 'blenderbot-small';
      });
      const report = await failure(foreign);
      expect(report.code).toBe('model-unsupported');
      expect(report.message).toContain('its architecture (blenderbot-small)');
    });

    it.each<[string, Json, string]>([
      ['scaled', { rope_parameters: { rope_type: 'proportional' } }, 'rope_type proportional'],
      ['old-scaled', { rope_parameters: null, rope_scaling: { type: 'ntk' } }, 'rope_type ntk'],
      ['both-ways', { use_bidirectional_attention: true }, 'use_bidirectional_attention'],
      ['xielu', { hidden_act: 'xielu' }, 'the activation xielu'],
      ['quantised', { quantization_config: { quant_method: 'gptq', bits: 4 } }, 'quantised by gptq'],
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
