import type { Checkpoint } from '../../src/engine/models/checkpoint';
import type { LanguageModel } from '../../src/engine/models/languageModel';

/** The same checkpoint as a model of its first layers alone: no good at words, but with the work of a shallower model. */
export function firstLayers(checkpoint: Checkpoint, layers: number): Checkpoint {
  const cut = (model: LanguageModel): LanguageModel => ({ ...model, config: { ...model.config, layers } });
  const { model, config } = checkpoint;
  const { turned } = model;
  const cutTurned = turned && (() => ({ ...turned(), model: cut(turned().model) }));
  return { ...checkpoint, config: { ...config, layers }, model: { ...cut(model), turned: cutTurned } };
}
