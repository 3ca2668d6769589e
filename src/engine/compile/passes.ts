import { hasCache, type LanguageModel } from '../models/languageModel';
import { type ContextOptions, cachedPass } from './cachedPass';
import { concatenatedPass } from './concatenatedPass';
import { encoderDecoderPass } from './encoderDecoderPass';
import type { Pass, PassContext } from './pass';
import type { StageSessions } from './stageSessions';

/** The way that rows behind a prompt go through this model. `encoder`: the sessions of its encoder, where it has one. */
export function passFor(
  model: LanguageModel,
  c: PassContext,
  encoder: StageSessions | null,
  contexts: ContextOptions,
): Pass {
  if (encoder) return encoderDecoderPass(c, encoder);
  return hasCache(model) ? cachedPass(c, contexts) : concatenatedPass(c);
}
