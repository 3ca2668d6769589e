import type { Checkpoint } from '../../src/engine/models/checkpoint';

/** The same checkpoint as a model of its first layers alone: no good at words, but with the work of a shallower model. */
export function firstLayers(checkpoint: Checkpoint, layers: number): Checkpoint {
  const config = { ...checkpoint.config, layers };
  return { ...checkpoint, config, model: { ...checkpoint.model, config } };
}
