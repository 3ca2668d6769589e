import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { suggestName } from '../suggestName';
import { CATALOGUE, catalogueFile, findCatalogueEntry } from './catalogue';
import { PLACES, search } from './found/findModels';
import type { Place } from './found/place';

/** Names that an error lists at most. */
const MOST_NAMES = 12;

/**
 * Where the model that a task names is on disk: a catalogue name, a name in the cache folder's models/, a name as models
 * found on this computer are listed (`ollama:smollm2:135m`, `hf:owner/name`), or a path, absolute or relative to the
 * task file's folder.
 * Throws SoftpromptError('model-missing') that says where was looked and how to get the model, or what is called alike.
 */
export async function resolveModel(
  model: string,
  { taskFolder, cacheFolder }: { taskFolder?: string; cacheFolder: string },
): Promise<string> {
  const entry = findCatalogueEntry(model);
  if (entry) {
    const file = catalogueFile(cacheFolder, entry);
    if (await exists(file)) return file;
    throw new SoftpromptError('model-missing', l10n`The model ${entry.name} is not on this computer yet.`, {
      hint: l10n`Pull it: softprompt models pull ${entry.name}`,
    });
  }
  const place = PLACES.find(({ prefix }) => prefix !== undefined && model.startsWith(`${prefix}:`));
  if (place) return inPlace(model, place, cacheFolder);
  const path = model.startsWith('~/') ? join(homedir(), model.slice(2)) : model;
  const named = isAbsolute(path) ? path : resolve(taskFolder ?? '.', path);
  const kept = isCacheName(model) ? join(cacheFolder, 'models', model) : undefined;
  for (const candidate of [named, kept]) if (candidate && (await exists(candidate))) return candidate;
  throw new SoftpromptError(
    'model-missing',
    kept === undefined
      ? l10n`There is no model ${model}: looked for ${named}.`
      : l10n`There is no model ${model}: looked for ${named} and ${kept}.`,
    {
      place: { file: named },
      hint: l10n`Name a .gguf file or a model folder, relative to the task file, a model of the list that "softprompt models" prints, or one of the catalogue: ${CATALOGUE.map(({ name }) => name).join(', ')}.`,
    },
  );
}

/** The path of a model by the name that it is listed with. */
async function inPlace(model: string, place: Place, cacheFolder: string): Promise<string> {
  const found = (await search(place, { cacheFolder, workspace: [] })).map(({ file }) => file);
  const known = found.find(({ name }) => name === model);
  if (known) return known.path;
  const names = found.map(({ name }) => name);
  throw new SoftpromptError('model-missing', l10n`There is no model ${model} on this computer.`, {
    hint: nearNames(model, names),
  });
}

/** Names that begin alike, else one that is spelt alike, else all there are. */
function nearNames(model: string, names: readonly string[]): string {
  const begin = names.filter((name) => name.startsWith(model) || model.startsWith(name));
  const alike = suggestName(model, names);
  const near = begin.length > 0 ? begin : alike ? [alike] : [];
  if (near.length === 1) return l10n`Did you mean "${near[0]!}"?`;
  const shown = near.length > 0 ? near : names;
  if (shown.length === 0)
    return l10n`No model was found there; "softprompt models" lists those of all places.`;
  const list = shown.slice(0, MOST_NAMES).join(', ');
  return shown.length > MOST_NAMES ? l10n`There is: ${list}, ….` : l10n`There is: ${list}.`;
}

/** A name in the cache folder's models/, or a path below one, that leads nowhere else. */
function isCacheName(model: string): boolean {
  return model.split('/').every((part) => /^[\w.-]+$/.test(part) && part !== '.' && part !== '..');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
