import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { CATALOGUE, catalogueFile, findCatalogueEntry } from './catalogue';

/**
 * Where the model that a task names is on disk: a catalogue name, a name in the cache folder's models/, or a path,
 * absolute or relative to the task file's folder.
 * Throws SoftpromptError('model-missing') that says where was looked and how to get the model.
 */
export async function resolveModel(
  model: string,
  { taskFolder, cacheFolder }: { taskFolder?: string; cacheFolder: string },
): Promise<string> {
  const entry = findCatalogueEntry(model);
  if (entry) {
    const file = catalogueFile(cacheFolder, entry);
    if (await exists(file)) return file;
    throw new SoftpromptError('model-missing', `The model ${entry.name} is not on this computer yet.`, {
      hint: `Pull it: softprompt models pull ${entry.name}`,
    });
  }
  const path = model.startsWith('~/') ? join(homedir(), model.slice(2)) : model;
  const candidates = [isAbsolute(path) ? path : resolve(taskFolder ?? '.', path)];
  if (/^[\w.-]+$/.test(model)) candidates.push(join(cacheFolder, 'models', model));
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  throw new SoftpromptError(
    'model-missing',
    `There is no model ${model}: looked for ${candidates.join(' and ')}.`,
    {
      place: { file: candidates[0] },
      hint: `Name a .gguf file or a model folder, relative to the task file, or one of the catalogue: ${CATALOGUE.map(({ name }) => name).join(', ')}.`,
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
