import type { Activation } from '../graphs/blocks';
import { encoderModel } from '../graphs/encoder';
import type { LanguageModel } from '../languageModel';
import type { ModelConfig } from '../modelConfig';
import type { FileTensors } from './family';
import { headSizeOf } from './settings';

/** What tells BERT and its relatives from each other. */
export interface BertSettings extends Omit<ModelConfig, 'keyValueHeads' | 'headSize' | 'contextLength'> {
  intermediateSize: number;
  activation: Activation;
  normEpsilon: number;
  /** Rows of the table of positions, and the first that is used. */
  positions: number;
  offset?: number;
  tokenTypes?: number;
  /** All layers have the weights of the first. */
  sharedLayers?: boolean;
  /** Of a masked model's head: its activation, where it is another, and whether its matrix is the embedding table. */
  headActivation?: Activation;
  tied: boolean;
}

/** Learned positions, layer normalisation after each half, biases everywhere. Throws model-invalid if heads do not fit. */
export function bertModel(tensors: FileTensors, settings: BertSettings): LanguageModel {
  const { intermediateSize, activation, normEpsilon, positions, offset = 0, ...others } = settings;
  const { tokenTypes, sharedLayers, headActivation = activation, tied, ...config } = others;
  const { hiddenSize, heads } = config;
  const headSize = headSizeOf(hiddenSize, heads, tensors);
  const sizes = { hiddenSize, heads, keyValueHeads: heads, headSize };
  return encoderModel({
    config: { ...config, ...sizes, contextLength: positions - offset },
    norm: { kind: 'layer', epsilon: normEpsilon },
    normPlace: 'after',
    attention: () => ({ ...sizes, inputBias: true, outputBias: true }),
    feedForward: { hiddenSize, intermediateSize, gated: false, activation, bias: true },
    learnedPositions: { count: positions, offset },
    tokenTypes,
    sharedLayers,
    head:
      config.kind === 'masked'
        ? { activation: headActivation, bias: true, tied, outputBias: true }
        : undefined,
  });
}
