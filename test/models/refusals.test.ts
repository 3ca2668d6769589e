import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { obstacleOf } from '../../src/engine/models/description/description';
import {
  notYetError,
  refusalError,
  refusalOfArchitecture,
  refusalOfConfig,
  refusalOfFiles,
  refusalOfGguf,
  unknownArchitecture,
} from '../../src/engine/models/refusals';
import { useTranslations } from '../../src/protocol/l10n';

const EXPERTS = 'a mixture of experts';
const STATE = 'a state-space or recurrent model';
const PICTURES = 'a model for pictures or sound';

describe('refusalOfArchitecture', () => {
  it.each([
    // Hugging Face's names, then llama.cpp's.
    [
      EXPERTS,
      ['mixtral', 'qwen2_moe', 'qwen3_moe', 'deepseek_v2', 'deepseek_v3', 'olmoe', 'gpt_oss', 'dbrx'],
    ],
    [EXPERTS, ['qwen2moe', 'deepseek2', 'gpt-oss', 'glm4moe', 'switch_transformers', 'llama4', 'phimoe']],
    [
      STATE,
      ['mamba', 'mamba2', 'falcon_mamba', 'rwkv', 'rwkv7', 'jamba', 'recurrent_gemma', 'zamba2', 'lfm2'],
    ],
    [PICTURES, ['llava', 'llava_next', 'clip', 'whisper', 'qwen2_vl', 'qwen2_5_vl', 'qwen2vl', 'mllama']],
    [PICTURES, ['paligemma', 'gemma3n', 'idefics3', 'pixtral', 'siglip', 'wav2vec2', 'blip-2', 'vit']],
  ])('refuses as %s: %s', (what, names) => {
    for (const name of names) {
      expect(refusalOfArchitecture(name)?.reason).toBe(`it is ${what} (${name})`);
      expect(refusalOfArchitecture(name)?.hint).not.toBe('');
    }
  });

  it('lets pass what can be tuned, by the names of both worlds', () => {
    const names =
      'llama mistral smollm3 qwen2 qwen3 phi3 gemma2 gemma3 gemma3_text gpt2 gpt_neox gptneox opt bert roberta ' +
      'distilbert albert modernbert modern-bert nomic-bert t5 mt5 umt5 bart marian mpnet xlm-roberta';
    for (const name of names.split(' ')) expect(refusalOfArchitecture(name), name).toBeUndefined();
  });
});

describe('refusalOfConfig', () => {
  it.each([
    [{ model_type: 'llama', num_local_experts: 8 }, `${EXPERTS} (llama, 8 experts)`],
    [
      { model_type: 'gemma3', text_config: { model_type: 'gemma3_text' }, vision_config: {} },
      `${PICTURES} (gemma3)`,
    ],
    [
      { model_type: 'llama', quantization_config: { quant_method: 'gptq', bits: 4 } },
      'quantised by gptq (llama)',
    ],
    [{ model_type: 'llama', quantization_config: { quant_method: 'awq' } }, 'quantised by awq (llama)'],
    [{ model_type: 'llama', quantization_config: 7 }, 'quantised by a method of their own (llama)'],
    [{ model_type: 'llama', quantization: { group_size: 64, bits: 4 } }, 'quantised for MLX (llama)'],
  ])('refuses %j', (config, reason) => {
    expect(refusalOfConfig(config)?.reason).toContain(reason);
  });

  it.each([
    { model_type: 'llama', num_local_experts: 1, vision_config: null, quantization_config: null },
    { model_type: 7, num_experts: 'many' },
    [],
    null,
    'llama',
  ])('says nothing about %j', (config) => {
    expect(refusalOfConfig(config)).toBeUndefined();
  });
});

describe('refusalOfGguf', () => {
  it.each([
    [{ 'general.architecture': 'llama', 'llama.expert_count': 8 }, `${EXPERTS} (llama, 8 experts)`],
    [{ 'general.architecture': 'mamba' }, STATE],
    [{ 'general.architecture': 'clip', 'clip.has_vision_encoder': true }, 'reads pictures'],
    [{ 'general.architecture': 'llama', 'general.type': 'adapter' }, 'an adapter'],
  ])('refuses %j', (metadata, reason) => {
    expect(refusalOfGguf(new Map<string, unknown>(Object.entries(metadata)))?.reason).toContain(reason);
  });

  it('says nothing about a dense model, or about no model at all', () => {
    expect(refusalOfGguf(new Map([['general.architecture', 'llama']]))).toBeUndefined();
    expect(refusalOfGguf(new Map())).toBeUndefined();
  });
});

describe('refusalOfFiles', () => {
  it.each([
    [['config.json', 'pytorch_model.bin'], 'PyTorch pickle'],
    [['pytorch_model-00001-of-00002.bin', 'pytorch_model.bin.index.json'], 'PyTorch pickle'],
    [['consolidated.00.pth'], 'PyTorch pickle'],
    [['weights.npz'], 'MLX'],
    [['tf_model.h5'], 'TensorFlow'],
  ])('refuses %j', (names, reason) => {
    expect(refusalOfFiles(names)?.reason).toContain(reason);
  });

  it('says nothing about other files', () => {
    expect(refusalOfFiles(['config.json', 'model.safetensors', 'tokenizer.json'])).toBeUndefined();
  });
});

it('a refusal as an error names file, reason and what to do', () => {
  const error = refusalError('/models/x', unknownArchitecture('xyz', ['llama', 'bert']));
  expect(error).toMatchObject({ code: 'model-unsupported', details: { place: { file: '/models/x' } } });
  expect(error.message).toBe('This model cannot be tuned: its architecture (xyz) is not known.');
  expect(error.details.hint).toBe('These can be tuned: llama, bert.');
});

describe('a refusal in the display language', () => {
  const german = {
    'This model cannot be tuned: {0}.': 'Dieses Modell kann nicht verwendet werden: {0}.',
    'This model cannot be tuned yet: {0}.': 'Dieses Modell kann noch nicht verwendet werden: {0}.',
    'it is a mixture of experts ({0})': 'Es ist ein Mixture-of-Experts-Modell ({0})',
    '{0}, {1} experts': '{0}, {1} Experten',
    'Take the model as safetensors.': 'Nehmen Sie das Modell als safetensors.',
  };
  beforeAll(() => useTranslations({ language: 'de', texts: german }));
  afterAll(() => useTranslations());

  it('is told as a whole, and in a list the reason by itself', () => {
    const refusal = refusalOfConfig({ model_type: 'mixtral' })!;
    const errors = [refusalError('/models/x', refusal), notYetError('/models/x', refusal)];
    expect(errors.map(({ message }) => message)).toEqual([
      'Dieses Modell kann nicht verwendet werden: Es ist ein Mixture-of-Experts-Modell (mixtral).',
      'Dieses Modell kann noch nicht verwendet werden: Es ist ein Mixture-of-Experts-Modell (mixtral).',
    ]);
    for (const error of errors) {
      expect(obstacleOf(error).reason).toBe('Es ist ein Mixture-of-Experts-Modell (mixtral).');
    }
  });

  it('counts, and says what to do instead', () => {
    const config = { model_type: 'llama', num_local_experts: 8 };
    expect(refusalOfConfig(config)!.reason).toBe('Es ist ein Mixture-of-Experts-Modell (llama, 8 Experten)');
    expect(refusalOfFiles(['tf_model.h5'])!.hint).toBe('Nehmen Sie das Modell als safetensors.');
  });
});
