import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printGraph } from '../../../src/engine/graph/printGraph';
import { familyOfGguf, familyOfModelType } from '../../../src/engine/models/families/families';
import type { Architecture, FileTensors } from '../../../src/engine/models/families/family';
import { type GgufValue, parseGgufHeader } from '../../../src/engine/models/gguf/header';
import { SoftpromptError } from '../../../src/protocol/errors';

type Json = Record<string, unknown>;

const MODELS = join(__dirname, '../../oracle/fixtures/models');
const NONE: FileTensors = { file: 'config.json', shapeOf: () => undefined };

function configOf(model: string): Json & { rope_parameters: Json } {
  return JSON.parse(readFileSync(join(MODELS, model, 'config.json'), 'utf8'));
}

function fromConfig(json: Json): Architecture {
  return familyOfModelType(String(json.model_type), 'config.json').fromConfig(json, NONE);
}

/** A GGUF file's settings, changed, as a model. */
function fromGguf(model: string, settings: Json, tensors: Record<string, number[]> = {}): Architecture {
  const file = join(MODELS, model, 'model.gguf');
  const header = parseGgufHeader(readFileSync(file), file);
  const shapes = new Map(header.tensors.map(({ name, shape }) => [name, shape]));
  for (const [name, shape] of Object.entries(tensors)) shapes.set(name, shape);
  const architecture = String(header.metadata.get('general.architecture'));
  const metadata = new Map(header.metadata);
  for (const [key, value] of Object.entries(settings)) {
    metadata.set(`${architecture}.${key}`, value as GgufValue);
  }
  const family = familyOfGguf(architecture, file);
  return family.fromGguf!(metadata, { file, shapeOf: (name) => shapes.get(name) });
}

/** Everything that makes a model what it is, but its weights. */
function description({ model, parameters }: Architecture) {
  const { config, rotary, embeddingScale } = model;
  const stage = model.stage(0, config.layers);
  const graphs = [printGraph(stage.graph), printGraph(model.head('all').graph)];
  const weights = parameters.map(({ name, shape, source }) => [name, shape, source.tensor, source.rows?.(1)]);
  return { config, rotary, embeddingScale, graphs, side: stage.ports.side, weights };
}

/** Windows of each layer's mask. */
function windowsOf({ model }: Architecture): (number | undefined)[] {
  return Array.from({ length: model.config.layers }, (_, layer) => {
    const mask = model.stage(layer, layer + 1).ports.side.find(({ kind }) => kind === 'mask');
    return mask?.kind === 'mask' ? mask.window : undefined;
  });
}

describe('settings as Transformers 4 wrote them are the same model', () => {
  /** Without `rope_parameters`, and what stood in its place. */
  const older: [string, (json: Json & { rope_parameters: Json }) => Json][] = [
    ['llama2', ({ rope_parameters: { rope_theta } }) => ({ rope_theta, rope_scaling: null })],
    ['llama3', ({ rope_parameters: { rope_theta, ...rope_scaling } }) => ({ rope_theta, rope_scaling })],
    ['llama-linear', () => ({ rope_theta: 10_000, rope_scaling: { type: 'linear', factor: 4 } })],
    ['llama-yarn', ({ rope_parameters: { rope_theta, ...rope_scaling } }) => ({ rope_theta, rope_scaling })],
    ['mistral', () => ({ rope_theta: 1e6 })],
    ['smollm3', () => ({ rope_theta: 5e6, no_rope_layers: undefined, layer_types: undefined })],
    ['qwen2', () => ({ rope_theta: 1e6, layer_types: undefined })],
    ['phi3', () => ({ rope_theta: 1e4, rope_scaling: null, partial_rotary_factor: 0.75 })],
    [
      'phi3-longrope',
      ({ rope_parameters: { short_factor, long_factor } }) => ({
        rope_theta: 1e4,
        rope_scaling: { type: 'su', short_factor, long_factor },
      }),
    ],
    ['gemma2', () => ({ rope_theta: 1e4, layer_types: undefined })],
    [
      'gemma3',
      () => ({
        rope_theta: 1e6,
        rope_local_base_freq: 1e4,
        rope_scaling: { rope_type: 'linear', factor: 8 },
        sliding_window_pattern: 3,
        layer_types: undefined,
      }),
    ],
    ['gpt-neox', () => ({ rotary_pct: 0.25, rotary_emb_base: 10_000 })],
  ];

  it.each(older)('%s', (model, change) => {
    const json = configOf(model);
    const old = { ...json, ...change(json), rope_parameters: undefined };
    const read = fromConfig(JSON.parse(JSON.stringify(old)));
    expect(description(read)).toEqual(description(fromConfig(json)));
  });
});

describe('windows', () => {
  it('of Qwen begin at max_window_layers, and only where they are switched on', () => {
    const on = { use_sliding_window: true, sliding_window: 4, max_window_layers: 1, layer_types: undefined };
    for (const model of ['qwen2', 'qwen3']) {
      expect(windowsOf(fromConfig({ ...configOf(model), ...on }))).toEqual([undefined, 4]);
      expect(windowsOf(fromConfig({ ...configOf(model), ...on, use_sliding_window: false }))).toEqual([
        undefined,
        undefined,
      ]);
    }
  });

  it('of SmolLM 3 are for layers without positions', () => {
    const on = { use_sliding_window: true, sliding_window: 4, layer_types: undefined };
    expect(windowsOf(fromConfig({ ...configOf('smollm3'), ...on }))).toEqual([
      undefined,
      undefined,
      undefined,
      4,
    ]);
  });

  it('of Gemma and Phi stand in GGUF files as well; a Llama may have one, being a Mistral', () => {
    expect(windowsOf(fromGguf('gemma2-gguf', {}))).toEqual([4, undefined]);
    expect(windowsOf(fromGguf('gemma3-gguf', {}))).toEqual([4, 4, 4, 4, 4, undefined]);
    const pattern = { 'attention.sliding_window_pattern': [true, false] };
    expect(windowsOf(fromGguf('gemma3-gguf', pattern))).toEqual([4, undefined, 4, undefined, 4, undefined]);
    expect(windowsOf(fromGguf('phi3', {}))).toEqual([9, 9]);
    expect(windowsOf(fromGguf('llama2', { 'attention.sliding_window': 7 }))).toEqual([7, 7]);
  });
});

describe('GGUF metadata', () => {
  it.each<[string, Json, Json]>([
    [
      'linear',
      { 'rope.scaling.type': 'linear', 'rope.scaling.factor': 4 },
      { rope_type: 'linear', factor: 4 },
    ],
    ['linear, as old files say it', { 'rope.scale_linear': 4 }, { rope_type: 'linear', factor: 4 }],
    [
      'yarn',
      {
        'rope.scaling.type': 'yarn',
        'rope.scaling.factor': 4,
        'rope.scaling.original_context_length': 32,
        'rope.scaling.yarn_beta_fast': 16,
      },
      { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32, beta_fast: 16 },
    ],
  ])('scales rotary positions: %s', (_, settings, parameters) => {
    const json = { ...configOf('llama2'), rope_parameters: { rope_theta: 10_000, ...parameters } };
    expect(fromGguf('llama2', settings).model.rotary).toEqual(fromConfig(json).model.rotary);
  });

  it('of a Llama with biases: those of queries and keys are in the order of its rows', () => {
    const { parameters } = fromGguf('llama2', {}, { 'blk.0.attn_q.bias': [32], 'blk.0.ffn_up.bias': [48] });
    const find = (name: string) => parameters.find((parameter) => parameter.name === name)!;
    const bias = find('layers.1.attention.query.bias');
    expect(bias.source.tensor).toEqual(['blk.1.attn_q.bias']);
    // Heads of 8: our first half of a head is the even rows there.
    expect([0, 1, 3, 4, 7, 8, 12].map(bias.source.rows!)).toEqual([0, 2, 6, 1, 7, 8, 9]);
    expect(find('layers.0.attention.output.bias')).toBeUndefined();
    expect(find('layers.0.feedForward.down.bias')).toBeDefined();
  });

  it('whose factors of rotary positions cannot be read is refused', () => {
    const file = join(MODELS, 'llama3', 'model.gguf');
    const { metadata } = parseGgufHeader(readFileSync(file), file);
    const shapes: Record<string, number[]> = { 'token_embd.weight': [320, 32], 'rope_freqs.weight': [2, 4] };
    const shapeOf = (name: string) => shapes[name];
    const open = () =>
      familyOfGguf('llama', file).fromGguf!(metadata, { file, shapeOf, values: () => undefined });
    expectError(open, 'model-invalid', 'rope_freqs.weight is [2, 4]');
  });

  it('of the largest Gemma: its scores are scaled by another size than a head, which no setting says', () => {
    const scaleOf = ({ model }: Architecture) =>
      /alpha=([\d.]+)/.exec(printGraph(model.stage(0, 1).graph))![1];
    expect(scaleOf(fromGguf('gemma2-gguf', {}))).toBe('0.25');
    expect(Number(scaleOf(fromGguf('gemma2-gguf', { block_count: 46 })))).toBeCloseTo(
      1 / Math.sqrt(32 / 4),
      6,
    );
  });
});

describe('what a graph does not do is refused by its name', () => {
  it.each<[string, Json, string]>([
    ['gpt2', { add_cross_attention: true }, 'add_cross_attention'],
    ['gpt2', { activation_function: 'mish' }, 'the activation mish (activation_function)'],
    ['opt', { layer_norm_elementwise_affine: false }, 'layer_norm_elementwise_affine'],
    ['gpt-neox', { hidden_act: 'mish' }, 'the activation mish (hidden_act)'],
    ['gpt-neox', { rope_parameters: { rope_type: 'ntk' } }, 'rope_type ntk'],
    ['gemma3', { use_bidirectional_attention: true }, 'use_bidirectional_attention'],
    ['gemma2', { hidden_activation: 'mish' }, 'the activation mish (hidden_activation)'],
    ['qwen3', { layer_types: ['full_attention', 'linear_attention'] }, 'layer_types: linear_attention'],
    ['llama2', { rope_parameters: { full_attention: { rope_type: 'default' } } }, 'rope_parameters'],
  ])('%s with %o', (model, settings, message) => {
    expectError(() => fromConfig({ ...configOf(model), ...settings }), 'model-unsupported', message);
  });

  it.each<[string, Json, string]>([
    ['llama2', { 'attention.causal': false }, 'attention.causal'],
    ['llama2', { logit_scale: 0.5 }, 'logit_scale'],
    ['llama2', { 'rope.dimension_count': 4 }, '4 of 8 values of a head (rope.dimension_count)'],
    ['smollm3', { 'rope.dimension_count': 4 }, 'rope.dimension_count'],
    ['llama2', { 'attention.value_length': 16 }, 'attention.value_length'],
    ['llama2', { 'rope.scaling.type': 'ntk' }, 'rope_type ntk'],
  ])('%s as GGUF with %o', (model, settings, message) => {
    expectError(() => fromGguf(model, settings), 'model-unsupported', message);
  });

  it.each<[string, Json, string]>([
    ['llama2', { num_key_value_heads: 3 }, '4 heads of size 8, 3 key-value heads'],
    ['llama2', { num_hidden_layers: 1e6 }, 'num_hidden_layers'],
    ['gpt2', { n_head: 5 }, '5 heads in a hidden size of 32'],
    ['opt', { num_attention_heads: 5 }, '5 heads in a hidden size of 32'],
    ['gpt-neox', { num_attention_heads: 32 }, '32 heads of size 1'],
    ['phi3-longrope', { rope_parameters: { rope_type: 'longrope', long_factor: [1] } }, 'no short_factor'],
    ['gemma2', { attn_logit_softcapping: -3 }, 'attn_logit_softcapping'],
    ['gemma3', { layer_types: ['full_attention'] }, '1 layer_types, 4 layers'],
    [
      'phi3-longrope',
      { partial_rotary_factor: 0.5, rope_parameters: { rope_type: 'longrope', short_factor: [1] } },
      '1 factors for 2',
    ],
  ])('%s with %o does not fit', (model, settings, message) => {
    expectError(() => fromConfig({ ...configOf(model), ...settings }), 'model-invalid', message);
  });
});

function expectError(run: () => unknown, code: string, message: string): void {
  let error: unknown;
  try {
    run();
  } catch (cause) {
    error = cause;
  }
  expect(error).toBeInstanceOf(SoftpromptError);
  expect((error as SoftpromptError).code).toBe(code);
  expect((error as SoftpromptError).message).toContain(message);
}
