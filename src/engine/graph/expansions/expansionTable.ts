import { MICROSOFT } from '../graph';
import type { Expansion } from './expansion';
import { groupQueryAttention } from './groupQueryAttention';
import { multiHeadAttention } from './multiHeadAttention';
import {
  embedLayerNormalization,
  rmsNormalization,
  skipLayerNormalization,
  skipSimplifiedLayerNormalization,
} from './normalisation';
import { packedAttention, quantisedAttention } from './packedAttention';

/**
 * Operators that are rewritten as plain ones before anything else is done with a graph: operator, or
 * domain:operator.
 */
export const EXPANSIONS: Readonly<Record<string, Expansion>> = {
  RMSNormalization: rmsNormalization,
  [`${MICROSOFT}:GroupQueryAttention`]: groupQueryAttention,
  [`${MICROSOFT}:MultiHeadAttention`]: multiHeadAttention,
  [`${MICROSOFT}:Attention`]: packedAttention,
  [`${MICROSOFT}:QAttention`]: quantisedAttention,
  [`${MICROSOFT}:EmbedLayerNormalization`]: embedLayerNormalization,
  [`${MICROSOFT}:SkipLayerNormalization`]: skipLayerNormalization,
  [`${MICROSOFT}:SkipSimplifiedLayerNormalization`]: skipSimplifiedLayerNormalization,
};
