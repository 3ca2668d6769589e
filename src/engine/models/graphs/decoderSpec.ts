import type { RotaryTable } from '../languageModel';
import type { ModelConfig } from '../modelConfig';
import type { Norm } from './blocks';
import type { FeedForward } from './feedForward';
import type { SelfAttention } from './selfAttention';

/** What tells one decoder family from another. Weights have the names that are used here, whatever the family. */
export interface DecoderSpec {
  config: ModelConfig;
  norm: Norm;
  /** Of one layer: they differ where windows or rotary tables alternate. */
  attention(layer: number): SelfAttention;
  feedForward: FeedForward;
  /**
   * `before`: each half reads the normalised stream and adds to it. `after`: the sum is normalised. `both`: read normalised, and
   * what is added is normalised too (Gemma 2). `parallel`: both halves read the same stream (GPT-NeoX).
   */
  normPlace: 'before' | 'after' | 'both' | 'parallel';
  /** The last hidden states are normalised before the head. */
  finalNorm: boolean;
  rotary: readonly RotaryTable[];
  /** A learned vector is added for each position, from this row of the table on. */
  learnedPositions?: { count: number; offset: number };
  /** What the token table is multiplied with when it is read; see LanguageModel. */
  embeddingScale?: number;
  /** What the first layer multiplies its input with. */
  inputScale?: number;
  tiedHead: boolean;
  headBias?: boolean;
  /** Logits are bounded softly. */
  softCap?: number;
  /** Hidden states are turned by an orthogonal matrix between the layers; see LanguageModel. */
  turned?: boolean;
}
