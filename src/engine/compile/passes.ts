import type { LanguageModel } from '../models/languageModel';
import { cachedPass } from './cachedPass';
import { concatenatedPass } from './concatenatedPass';
import type { Pass, PassContext } from './pass';

/** The way that rows behind a prompt go through this model. */
export function passFor(model: LanguageModel, c: PassContext): Pass {
  const hasCache = model.stage(0, 1).ports.past.length > 0;
  return hasCache ? cachedPass(c) : concatenatedPass(c);
}
