import type { SoftpromptError } from '../../../protocol/errors';
import { refusalError, refusalOfArchitecture, unknownArchitecture } from '../refusals';
import { albert } from './albert';
import { bart } from './bart';
import { bert } from './bert';
import { distilbert } from './distilbert';
import type { Family } from './family';
import { gemma2 } from './gemma2';
import { gemma3 } from './gemma3';
import { gpt2 } from './gpt2';
import { gptNeox } from './gptNeox';
import { llama } from './llama';
import { marian } from './marian';
import { mistral } from './mistral';
import { modernbert } from './modernbert';
import { opt } from './opt';
import { phi3 } from './phi3';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';
import { smollm3 } from './smollm3';
import { t5 } from './t5';

/** Every model family that can be tuned. */
export const FAMILIES: readonly Family[] = [
  llama,
  mistral,
  smollm3,
  qwen2,
  qwen3,
  phi3,
  gemma2,
  gemma3,
  gpt2,
  gptNeox,
  opt,
  bert,
  distilbert,
  albert,
  modernbert,
  t5,
  bart,
  marian,
];

/** Throws model-unsupported, naming the architecture. */
export function familyOfModelType(type: string, file: string): Family {
  const family = FAMILIES.find(({ modelTypes }) => modelTypes.includes(type));
  if (!family) throw unsupported(file, type);
  return family;
}

/** Throws model-unsupported, naming the architecture. */
export function familyOfGguf(architecture: string, file: string): Family {
  const family = FAMILIES.find(
    ({ ggufArchitectures, fromGguf }) => fromGguf && ggufArchitectures.includes(architecture),
  );
  if (!family) throw unsupported(file, architecture);
  return family;
}

function unsupported(file: string, name: string): SoftpromptError {
  const supported = FAMILIES.flatMap(({ modelTypes }) => modelTypes);
  return refusalError(file, refusalOfArchitecture(name) ?? unknownArchitecture(name, supported));
}
