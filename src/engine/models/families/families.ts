import type { SoftpromptError } from '../../../protocol/errors';
import { refusalError, refusalOfArchitecture, unknownArchitecture } from '../refusals';
import type { Family } from './family';
import { llama } from './llama';

/** Every model family that can be tuned. */
export const FAMILIES: readonly Family[] = [llama];

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
