import type { PromptModel } from '../../../src/engine/compile/promptModel';
import type { ModelKind } from '../../../src/protocol/models';
import type { FixtureArray } from '../../oracle/arrays';
import type { Expected } from './cases';
import { measureDecoder } from './decoder';
import { measureEncoder, measureMasked } from './encoder';
import { measureEncoderDecoder } from './encoderDecoder';

/** What differs from Transformers; undefined where the kind of model has no such thing. */
export interface Measured {
  /** Largest difference of a logit (of a pooled state, for encoders without head), with prompt and without. */
  logits: number;
  /** ‖a − b‖ / ‖b‖ of the gradient of everything that is tuned. */
  gradient: number;
  /** Greedy tokens that differ. */
  generation?: number;
}

export type Measure = (
  model: PromptModel,
  expected: Expected,
  arrays: Record<string, FixtureArray>,
) => Promise<Measured>;

/** How each kind of model is measured. */
export const MEASURES: Partial<Record<ModelKind, Measure>> = {
  decoder: measureDecoder,
  masked: measureMasked,
  encoder: measureEncoder,
  'encoder-decoder': measureEncoderDecoder,
};

/** Largest difference of two values. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`${actual.length} values, ${expected.length} expected`);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    // Not a number is not small.
    if (!(distance <= largest)) largest = distance;
  }
  return largest;
}

/** ‖actual − expected‖ / ‖expected‖ */
export function relativeNorm(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`${actual.length} values, ${expected.length} expected`);
  let [distance, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    distance += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(distance / norm);
}

/** Places at which two lists differ. */
export function differing(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const length = Math.max(actual.length, expected.length);
  return Array.from({ length }, (_, i) => actual[i] !== expected[i]).filter(Boolean).length;
}
