import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printGraph } from '../../../src/engine/graph/printGraph';
import { familyOfGguf, familyOfModelType } from '../../../src/engine/models/families/families';
import type { Architecture } from '../../../src/engine/models/families/family';
import { type GgufValue, parseGgufHeader } from '../../../src/engine/models/gguf/header';
import { gatherWeights } from '../../../src/engine/models/weights';
import { parseSafetensorsHeader } from '../../../src/engine/safetensors';
import { MODELS } from '../conformance/cases';

type Json = Record<string, unknown>;
type Shapes = Map<string, readonly number[]>;

function shapesOf(model: string): Shapes {
  const bytes = new Uint8Array(readFileSync(join(MODELS, model, 'model.safetensors')));
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { entries } = parseSafetensorsHeader(model, bytes.subarray(8, 8 + length), bytes.length);
  return new Map(entries.map(({ name, shape }) => [name, shape]));
}

/** A tiny model with settings and tensors changed; its weights are found, or it throws. */
function changed(model: string, settings: Json = {}, change: (shapes: Shapes) => Shapes = (s) => s) {
  const config = JSON.parse(readFileSync(join(MODELS, model, 'config.json'), 'utf8')) as Json;
  const shapes = change(shapesOf(model));
  const json = { ...config, ...settings };
  const family = familyOfModelType(String(json.model_type), 'config.json');
  const found = family.fromConfig(json, { file: 'config.json', shapeOf: (name) => shapes.get(name) });
  gatherWeights(found, tensorsOf(shapes), 'config.json');
  return found;
}

const tensorsOf = (shapes: Shapes) =>
  new Map([...shapes].map(([name, shape]) => [name, { shape, read: async () => new Float32Array() }]));

function fromGguf(model: string, settings: Json): Architecture {
  const file = join(MODELS, model, 'model.gguf');
  const header = parseGgufHeader(readFileSync(file), file);
  const shapes = new Map(header.tensors.map(({ name, shape }) => [name, shape]));
  const metadata = new Map(header.metadata);
  for (const [key, value] of Object.entries(settings)) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value as GgufValue);
  }
  return familyOfGguf('t5', file).fromGguf!(metadata, { file, shapeOf: (name) => shapes.get(name) });
}

const without = (pattern: RegExp) => (shapes: Shapes) =>
  new Map([...shapes].filter(([name]) => !pattern.test(name)));
const head = ({ model }: Architecture) => printGraph(model.head('all').graph);

describe('T5', () => {
  it('scales what it tied, and only that', () => {
    expect(changed('t5').model.outputMatrix).toBe('embeddings');
    expect(head(changed('t5'))).toContain(' Mul(');
    expect(changed('flan-t5').model.outputMatrix).toBe('head.weight');
    expect(head(changed('flan-t5'))).not.toContain(' Mul(');
    // Its settings say that it has a head of its own, but the file has none.
    const lost = changed('flan-t5', {}, without(/^lm_head/));
    expect(lost.model.outputMatrix).toBe('embeddings');
    expect(head(lost)).not.toContain(' Mul(');
    // mT5's never scales, whatever its settings say.
    expect(head(changed('mt5', { tie_word_embeddings: true }))).not.toContain(' Mul(');
  });

  it('may be saved with its token table twice more, and with a bias that is not read', () => {
    const copies = (shapes: Shapes) =>
      new Map([
        ...shapes,
        ['encoder.embed_tokens.weight', [328, 32]],
        ['decoder.embed_tokens.weight', [328, 32]],
        ['decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight', [8, 4]],
        ['lm_head.weight', [328, 32]],
      ] as [string, number[]][]);
    expect(() => changed('t5', {}, copies)).not.toThrow();
    expect(() => changed('t5', {}, (shapes) => without(/^shared/)(copies(shapes)))).not.toThrow();
  });

  it('has as many decoder as encoder layers where nothing is said', () => {
    expect(changed('t5', { num_decoder_layers: undefined }).model.config.layers).toBe(2);
    const { model } = changed('flan-t5');
    expect([model.config.layers, model.encoder!.layers]).toEqual([1, 2]);
  });

  it('knows gates by name', () => {
    const activation = ({ model }: Architecture) => printGraph(model.stage(0, 1).graph);
    expect(activation(changed('flan-t5'))).toContain('FastGelu');
    expect(activation(changed('flan-t5', { feed_forward_proj: 'gated-silu' }))).toContain('QuickGelu');
    expect(activation(changed('t5'))).toContain('Relu');
    expect(activation(changed('t5', { feed_forward_proj: undefined }))).toContain('Relu');
  });

  it('begins what it writes with the start token, else with padding', () => {
    const start = (found: Architecture) => found.model.config.decoderStart;
    expect(start(changed('t5', { decoder_start_token_id: 5 }))).toBe(5);
    expect(start(changed('t5', { decoder_start_token_id: undefined, pad_token_id: 6 }))).toBe(6);
    expect(start(fromGguf('t5-gguf', { 't5.decoder_start_token_id': 7 }))).toBe(7);
    const unsaid = { 't5.decoder_start_token_id': undefined, 'tokenizer.ggml.padding_token_id': 8 };
    expect(start(fromGguf('t5-gguf', unsaid))).toBe(8);
  });
});

describe('BART', () => {
  it('may be saved without its head, and so without a name before all others', () => {
    const bare = (shapes: Shapes) =>
      new Map(
        [...without(/^final_logits/)(shapes)].map(([name, shape]) => [name.replace(/^model\./, ''), shape]),
      );
    const { model } = changed('bart', {}, bare);
    expect(model.outputBias).toBeUndefined();
    expect(changed('bart').model.outputBias).toBe('head.bias');
  });

  it('may be saved with copies of its token table, and with the version of what saved it', () => {
    const more = (shapes: Shapes) =>
      new Map([
        ...shapes,
        ['model.encoder.embed_tokens.weight', [320, 32]],
        ['model.decoder.embed_tokens.weight', [320, 32]],
        ['model.encoder.version', [1]],
        ['model.decoder.version', [1]],
        ['lm_head.weight', [320, 32]],
      ] as [string, number[]][]);
    expect(() => changed('bart', {}, more)).not.toThrow();
  });

  it('multiplies its embeddings where its settings say so', () => {
    expect(changed('bart', { scale_embedding: true }).model.embeddingScale).toBeCloseTo(Math.sqrt(32), 12);
    expect(changed('bart').model.embeddingScale).toBeUndefined();
    expect(changed('marian').model.embeddingScale).toBeCloseTo(Math.sqrt(32), 12);
  });
});

describe('Marian', () => {
  it('computes its positions, whether they are saved or not', () => {
    const saved = (shapes: Shapes) =>
      new Map([...shapes, ['model.encoder.embed_positions.weight', [64, 32]] as [string, number[]]]);
    expect(() => changed('marian', {}, saved)).not.toThrow();
    expect(() => changed('bart', {}, without(/embed_positions/))).toThrow(/embed_positions/);
  });

  it('never writes padding', () => {
    expect(changed('marian').model.config.neverWritten).toEqual([320]);
  });
});

describe('what is not built is named', () => {
  const refused: [string, Json, string, RegExp][] = [
    ['t5', { feed_forward_proj: 'mish' }, 'model-unsupported', /activation mish \(feed_forward_proj\)/],
    ['t5', { decoder_start_token_id: 328 }, 'model-invalid', /token 328 in a vocabulary of 328/],
    ['t5', { num_layers: 2 ** 20 }, 'model-invalid', /num_layers/],
    ['bart', { activation_function: 'constructor' }, 'model-unsupported', /activation constructor/],
    ['bart', { activation_function: 'mish' }, 'model-unsupported', /activation mish/],
    ['bart', { normalize_before: true }, 'model-unsupported', /normalize_before/],
    ['bart', { add_final_layer_norm: true }, 'model-unsupported', /add_final_layer_norm/],
    ['bart', { tie_word_embeddings: false }, 'model-unsupported', /tie_word_embeddings/],
    ['bart', { encoder_attention_heads: 5 }, 'model-invalid', /5 and 4 heads for a hidden size of 32/],
    ['bart', { decoder_start_token_id: 1000 }, 'model-invalid', /token 1000/],
    ['marian', { share_encoder_decoder_embeddings: false }, 'model-unsupported', /two vocabularies/],
    ['marian', { decoder_vocab_size: 5 }, 'model-unsupported', /two vocabularies/],
    ['marian', { pad_token_id: 400 }, 'model-invalid', /token 400/],
  ];

  it.each(refused)('%s with %o', (model, settings, code, message) => {
    expect(() => changed(model, settings)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('in GGUF too', () => {
    expect(() => fromGguf('t5-gguf', { 't5.attention.layer_norm_rms_epsilon': undefined })).not.toThrow();
    const none = {
      't5.attention.layer_norm_rms_epsilon': undefined,
      't5.attention.layer_norm_epsilon': undefined,
    };
    expect(() => fromGguf('t5-gguf', none)).toThrow(/layer_norm_rms_epsilon/);
    const odd = { 't5.attention.key_length': undefined, 't5.attention.head_count': 5 };
    expect(() => fromGguf('t5-gguf', odd)).toThrow(/5 heads for a hidden size of 32/);
  });
});
