import { SoftpromptError } from '../../protocol/errors';
import type { ModelConfig } from './checkpoint';

/** Tensors of one layer without `model.layers.N.` and `.weight`, and their shapes. */
function layerShapes(config: ModelConfig): Record<string, number[]> {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize } = config;
  return {
    input_layernorm: [hiddenSize],
    'self_attn.q_proj': [heads * headSize, hiddenSize],
    'self_attn.k_proj': [keyValueHeads * headSize, hiddenSize],
    'self_attn.v_proj': [keyValueHeads * headSize, hiddenSize],
    'self_attn.o_proj': [hiddenSize, heads * headSize],
    post_attention_layernorm: [hiddenSize],
    'mlp.gate_proj': [intermediateSize, hiddenSize],
    'mlp.up_proj': [intermediateSize, hiddenSize],
    'mlp.down_proj': [hiddenSize, intermediateSize],
  };
}

/** Every tensor of a Llama-family model by its Hugging Face name, with its shape. */
export function llamaShapes(config: ModelConfig): Map<string, number[]> {
  const table = [config.vocabularySize, config.hiddenSize];
  const shapes = new Map([['model.embed_tokens.weight', table]]);
  for (let layer = 0; layer < config.layers; layer++) {
    for (const [name, shape] of Object.entries(layerShapes(config))) {
      shapes.set(`model.layers.${layer}.${name}.weight`, shape);
    }
  }
  shapes.set('model.norm.weight', [config.hiddenSize]);
  if (!config.tiedHead) shapes.set('lm_head.weight', table);
  return shapes;
}

/**
 * Checks that a file has the tensors its settings ask for, no others, and in the right shapes, so that nothing that
 * would change the model's answers (a bias, an adapter, a norm) is left out silently.
 */
export function checkLlamaTensors(
  file: string,
  config: ModelConfig,
  tensors: ReadonlyMap<string, { shape: number[] }>,
): void {
  const { heads, keyValueHeads, headSize } = config;
  if (!Number.isInteger(headSize / 2) || heads % keyValueHeads !== 0) {
    throw new SoftpromptError(
      'model-invalid',
      `The model's settings do not fit: ${heads} heads of size ${headSize}, ${keyValueHeads} key-value heads.`,
      { place: { file } },
    );
  }
  const shapes = llamaShapes(config);
  for (const [name, expected] of shapes) {
    const found = tensors.get(name);
    const place = { file, node: name };
    if (!found) throw new SoftpromptError('model-invalid', `The model has no tensor ${name}.`, { place });
    if (found.shape.join() !== expected.join()) {
      throw new SoftpromptError(
        'model-invalid',
        `The tensor ${name} is [${found.shape.join(', ')}], but the model's settings ask for [${expected.join(', ')}].`,
        { place },
      );
    }
  }
  for (const name of tensors.keys()) {
    if (shapes.has(name)) continue;
    throw new SoftpromptError(
      'model-unsupported',
      `The model has a tensor that Softprompt does not know: ${name}.`,
      { place: { file, node: name }, hint: SUPPORTED_HINT },
    );
  }
}

export const SUPPORTED_HINT =
  'Models of the Llama family can be tuned: Llama, SmolLM2, and Mistral without sliding window.';

/** Says which property of a model is not supported. */
export function unsupportedModel(file: string, property: string): SoftpromptError {
  return new SoftpromptError('model-unsupported', `This model cannot be tuned yet: it has ${property}.`, {
    place: { file },
    hint: SUPPORTED_HINT,
  });
}
