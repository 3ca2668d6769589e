import type { Checkpoint } from '../../src/engine/models/checkpoint';
import type { LanguageModel } from '../../src/engine/models/languageModel';

/** The same checkpoint as a model of its first layers alone: no good at words, but with the work of a shallower model. */
export function firstLayers(checkpoint: Checkpoint, layers: number): Checkpoint {
  const config = { ...checkpoint.model.config, layers };
  const model: LanguageModel = Object.create(checkpoint.model, { config: { value: config } });
  const properties = { config: { value: config }, model: { value: model } };
  return Object.create(checkpoint, properties);
}
