import { l10n } from '../../../protocol/l10n';
import type { Activation } from '../graphs/blocks';
import { decoderModel } from '../graphs/decoder';
import type { DecoderSpec } from '../graphs/decoderSpec';
import type { SelfAttention } from '../graphs/selfAttention';
import type { ModelConfig } from '../modelConfig';
import { type RotaryPositions, rotaryTable } from '../rotaryScaling';
import type { Architecture, FileTensors } from './family';
import { type Places, parametersOf, sourcesIn } from './parameters';
import { contradictorySettings } from './settings';

// What Llama and the families after it share: RMS normalisation, rotary positions, grouped heads, a gated feed-forward. Each family
// says in its own file what it does otherwise.

/** A family's model before its graph: all of it comes from the settings, whatever the format. */
export interface GatedDecoder {
  config: ModelConfig;
  intermediateSize: number;
  activation: Activation;
  normEpsilon: number;
  tiedHead: boolean;
  /** One for each rotary table. */
  rotary: readonly RotaryPositions[];
  /** What a layer's attention does other than plain. */
  attention?(layer: number): Partial<SelfAttention>;
  feedForwardBias?: boolean;
  spec?: Partial<DecoderSpec>;
  places: Places;
}

export function gatedDecoder({ file }: FileTensors, d: GatedDecoder): Architecture {
  const { heads, keyValueHeads, headSize, layers } = d.config;
  if (!Number.isInteger(headSize / 2) || heads % keyValueHeads !== 0) {
    throw contradictorySettings(
      { file },
      l10n`${heads} heads of size ${headSize}, ${keyValueHeads} key-value heads`,
    );
  }
  const tables = d.rotary.map((positions) => rotaryTable(positions, file));
  const contextLength = Math.min(...tables.map((table) => table.contextLength));
  const config = { ...d.config, contextLength };
  const { hiddenSize } = config;
  const model = decoderModel({
    config,
    norm: { kind: 'rms', epsilon: d.normEpsilon },
    normPlace: 'before',
    finalNorm: true,
    attention: (layer) => ({
      hiddenSize,
      heads,
      keyValueHeads,
      headSize,
      rotary: { table: 0, size: d.rotary[0]!.size },
      ...d.attention?.(layer),
    }),
    feedForward: {
      hiddenSize,
      intermediateSize: d.intermediateSize,
      gated: true,
      activation: d.activation,
      bias: d.feedForwardBias,
    },
    rotary: tables.map(({ frequencies, scale }) => ({ frequencies, scale })),
    tiedHead: d.tiedHead,
    ...d.spec,
  });
  const graphs = [model.stage(0, layers).graph, model.head('all').graph];
  return {
    model,
    parameters: parametersOf(model, graphs, sourcesIn(d.places)),
    ignored: (name) => (d.tiedHead && name === 'lm_head.weight') || IGNORED.test(name),
  };
}

/** Rotary frequencies that some exporters save; those of GGUF are read beside the settings. */
const IGNORED = /\.rotary_emb\.inv_freq$|^rope_(freqs|factors_long|factors_short)\.weight$/;
