import type { LanguageModel } from '../models/languageModel';
import { cachedPass } from './cachedPass';
import { concatenatedPass } from './concatenatedPass';
import { encoderDecoderPass } from './encoderDecoderPass';
import type { Pass, PassContext } from './pass';
import type { StageSessions } from './stageSessions';

/** The way that rows behind a prompt go through this model. `encoder`: the sessions of its encoder, where it has one. */
export function passFor(model: LanguageModel, c: PassContext, encoder: StageSessions | null): Pass {
  if (encoder) return encoderDecoderPass(c, encoder);
  const hasCache = model.stage(0, 1).ports.past.length > 0;
  return hasCache ? cachedPass(c) : concatenatedPass(c);
}
