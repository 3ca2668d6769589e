import type { ResolvedTask } from '../../protocol/taskFile';

export type Decay = ResolvedTask['training']['decay'];

export interface Schedule {
  /** The learning rate at the end of the warm-up. */
  highest: number;
  /** Steps in which the learning rate rises from zero. */
  warmupSteps: number;
  steps: number;
  decay: Decay;
}

/** What is left of the learning rate after the warm-up, by the part of the way from there to the end. */
const DECAYS: Record<Decay, (progress: number) => number> = {
  none: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),
};

/**
 * Learning rate of a step, counted from 0, as the schedules of Transformers give it
 * (`get_{constant,linear,cosine}_schedule_with_warmup`): with a warm-up, that of the first step is 0.
 */
export function learningRateAt(step: number, { highest, warmupSteps, steps, decay }: Schedule): number {
  if (step < warmupSteps) return (highest * step) / warmupSteps;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return highest * Math.max(0, DECAYS[decay](progress));
}
