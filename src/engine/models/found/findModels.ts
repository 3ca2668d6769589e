import { realpath } from 'node:fs/promises';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { ModelPlace, ModelSummary, Obstacle } from '../../../protocol/models';
import { describeModel } from '../description/describeModel';
import type { ModelDescription } from '../description/description';
import { memoryNeeded, memoryShortage, smallerHint } from '../sizeCheck';
import { cacheModels } from './cacheModels';
import { huggingFace } from './huggingFace';
import { lmStudio } from './lmStudio';
import { ollama } from './ollama';
import type { FoundFile, Place, SearchContext } from './place';
import { workspaceFolders } from './workspaceFolders';

/** Every place that models are looked for in, in the order of the list. */
export const PLACES: readonly Place[] = [cacheModels, workspaceFolders, huggingFace, ollama, lmStudio];

/** Models that are looked into at the same time: reading headers is waiting for the disk. */
const AT_ONCE = 8;

/**
 * Every model on this computer, as far as places are known, with what its header tells and whether it can be tuned with
 * the memory that is free. A place or a model that cannot be read takes nothing from the others.
 *
 * @throws SoftpromptError `cancelled`
 */
export async function findModels(context: SearchContext, freeMemory: number): Promise<ModelSummary[]> {
  const found = await distinct((await Promise.all(PLACES.map((place) => search(place, context)))).flat());
  const models: ModelSummary[] = new Array(found.length);
  let next = 0;
  const work = async () => {
    while (next < found.length) {
      const index = next++;
      requireInterest(context.signal);
      const { place, file } = found[index]!;
      const description = await describeModel(file.path);
      models[index] = { ...summarise(file, description, freeMemory), place };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return models;
}

interface Found {
  place: ModelPlace;
  file: FoundFile;
}

/** The models of one place, not looked into. */
export async function search({ place, find }: Place, context: SearchContext): Promise<Found[]> {
  try {
    return (await find(context)).map((file) => ({ place, file }));
  } catch {
    requireInterest(context.signal);
    return [];
  }
}

/** Memory that tuning takes, in int8 where it would be too much in float32, and why a model cannot be tuned for the lack of it. */
export function memoryOf(
  parameters: number,
  freeMemory: number,
): Pick<ModelSummary, 'memory'> & { obstacle?: Obstacle } {
  if (parameters === 0) return {};
  const precision = memoryShortage(parameters, 'float32', freeMemory) ? 'int8' : 'float32';
  const memory = memoryNeeded(parameters, precision);
  const shortage = memoryShortage(parameters, precision, freeMemory);
  if (shortage === undefined) return { memory };
  return {
    memory,
    obstacle: {
      kind: 'too-large',
      reason: l10n`It is too large for the memory: ${shortage}.`,
      hint: smallerHint(),
    },
  };
}

function summarise(
  file: FoundFile,
  description: ModelDescription,
  freeMemory: number,
): Omit<ModelSummary, 'place'> {
  const { memory, obstacle: tooLarge } = memoryOf(description.parameters, freeMemory);
  const obstacle = file.obstacle ?? description.obstacle ?? tooLarge;
  const licence = description.licence ?? file.licence;
  return {
    name: file.name,
    title: file.title,
    state: 'on-disk',
    path: file.path,
    ...description,
    ...(licence && { licence }),
    ...(memory && { memory }),
    ...(obstacle && { obstacle }),
  };
}

/** Each model once, where two places lead to the same files; several names in one place are all kept. */
async function distinct(found: readonly Found[]): Promise<Found[]> {
  const owners = new Map<string, ModelPlace>();
  const kept: Found[] = [];
  for (const one of found) {
    const path = await realpath(one.file.path).catch(() => one.file.path);
    const owner = owners.get(path) ?? one.place;
    owners.set(path, owner);
    if (owner === one.place) kept.push(one);
  }
  return kept;
}

function requireInterest(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SoftpromptError('cancelled', l10n`The search for models was cancelled.`);
}
