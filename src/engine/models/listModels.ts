import type { ModelSummary, ModelsListing } from '../../protocol/models';
import { entriesOf, sizeOf } from './cacheFolder';
import { CATALOGUE, type CatalogueEntry, catalogueFile } from './catalogue';
import { describeModel } from './description/describeModel';
import { findModels, memoryOf } from './found/findModels';
import { summarise } from './pull';
import { availableMemory } from './sizeCheck';

export interface ListingOptions {
  /** Folders of the workspace, to look for models in. */
  workspace?: readonly string[];
  signal?: AbortSignal;
}

/**
 * The catalogue, every model that is found on this computer, and everything that takes space in the cache folder.
 *
 * @throws SoftpromptError `cancelled`
 */
export async function listModels(cacheFolder: string, options: ListingOptions = {}): Promise<ModelsListing> {
  const freeMemory = availableMemory();
  const { workspace = [], signal } = options;
  const [contents, catalogue, found] = await Promise.all([
    // A cache folder that cannot be read holds nothing that could be used or removed.
    entriesOf(cacheFolder).catch(() => []),
    Promise.all(CATALOGUE.map((entry) => ofCatalogue(entry, cacheFolder, freeMemory))),
    findModels({ cacheFolder, workspace, signal }, freeMemory),
  ]);
  const paths = new Set(catalogue.map(({ path }) => path));
  const others = found.filter(({ path }) => !paths.has(path));
  return { folder: cacheFolder, freeMemory, models: [...catalogue, ...others], contents };
}

async function ofCatalogue(
  entry: CatalogueEntry,
  cacheFolder: string,
  freeMemory: number,
): Promise<ModelSummary> {
  const path = catalogueFile(cacheFolder, entry);
  const size = await sizeOf(path);
  const summary = { ...summarise(entry), ...memoryOf(entry.parameters, freeMemory) };
  if (size === 0) return summary;
  const { quantisation, kind, format, obstacle = summary.obstacle } = await describeModel(path);
  return {
    ...summary,
    ...{ size, state: 'on-disk', path, format },
    ...(kind && { kind }),
    ...(quantisation && { quantisation }),
    ...(obstacle && { obstacle }),
  };
}
