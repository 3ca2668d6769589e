import type { TurnedWeight } from '../languageModel';
import type { DecoderSpec } from './decoderSpec';

/** Products that read the normalised stream, and the norm whose gain they take over. */
const READERS = [
  ['attention.query', 'attentionNorm'],
  ['attention.key', 'attentionNorm'],
  ['attention.value', 'attentionNorm'],
  ['feedForward.gate', 'feedForwardNorm'],
  ['feedForward.up', 'feedForwardNorm'],
] as const;

/** Products whose outcome is added to the stream. */
const WRITERS = ['attention.output', 'feedForward.down'] as const;

/**
 * Whether hidden states can be turned without a change of what comes out: root mean squares do not depend on direction, means and
 * learned gains behind a product do.
 */
export function canTurn({ norm, normPlace }: DecoderSpec): boolean {
  return norm.kind === 'rms' && normPlace === 'before';
}

/** What becomes of a decoder's weights when its hidden states are turned, by name. Others stay as they are. */
export function turnedWeights(spec: DecoderSpec): Map<string, TurnedWeight> {
  const turned = new Map<string, TurnedWeight>();
  for (let layer = 0; layer < spec.config.layers; layer++) {
    const name = (part: string) => `layers.${layer}.${part}`;
    for (const [part, norm] of READERS) {
      if (part === 'feedForward.gate' && !spec.feedForward.gated) continue;
      turned.set(name(`${part}.weight`), { side: 'reads', gain: name(`${norm}.gain`) });
    }
    for (const part of WRITERS) turned.set(name(`${part}.weight`), { side: 'writes' });
    if (spec.attention(layer).outputBias) turned.set(name('attention.output.bias'), { side: 'writes' });
    if (spec.feedForward.bias) turned.set(name('feedForward.down.bias'), { side: 'writes' });
  }
  return turned;
}
