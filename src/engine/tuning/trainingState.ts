import { type AdamWState, startAdamW } from './adamw';

/** Everything that the rest of a training depends on: with it, going on gives the same numbers as not having stopped. */
export interface TrainingState {
  /** Optimiser steps made. */
  step: number;
  /** Row-major [virtual tokens, hidden size]. */
  prompt: Float32Array;
  optimiser: AdamWState;
  /** The next step's place in the data order, which follows from the seed and the epoch alone. */
  order: { epoch: number; position: number };
  /** The prompt that did best on the validation rows so far. */
  best?: { step: number; score: number; loss: number; prompt: Float32Array };
  /** The step after which the prompt was last validated; -1: never. */
  validatedAt: number;
  /** Validations since the best one. */
  withoutBetter: number;
  /** Time spent so far, pauses not counted. */
  seconds: { training: number; evaluation: number };
}

export function startTraining(prompt: Float32Array): TrainingState {
  return {
    step: 0,
    prompt,
    optimiser: startAdamW(prompt.length),
    order: { epoch: 0, position: 0 },
    validatedAt: -1,
    withoutBetter: 0,
    seconds: { training: 0, evaluation: 0 },
  };
}
