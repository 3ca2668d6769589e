import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FAMILIES, familyOfGguf, familyOfModelType } from '../../src/engine/models/families/families';
import type { Architecture, FileTensors } from '../../src/engine/models/families/family';
import { type GgufHeader, type GgufValue, parseGgufHeader } from '../../src/engine/models/gguf/header';
import { refusalOfConfig, refusalOfGguf } from '../../src/engine/models/refusals';
import { gatherWeights } from '../../src/engine/models/weights';
import { parseSafetensorsHeader } from '../../src/engine/safetensors';
import { SoftpromptError } from '../../src/protocol/errors';
import { fuzz } from './fuzz';
import { mutateJson } from './mutate';

const models = fileURLToPath(new URL('../oracle/fixtures/models/', import.meta.url));
/** Settings are few values: far fewer damages are possible than to a header. */
const CASES = 20_000;
/** A millisecond a layer, and settings may ask for a thousand. */
const MILLISECONDS = 4000;
const FILE = 'damaged';

type Json = Record<string, unknown>;

interface Seed {
  name: string;
  settings: Json;
  read(settings: Json): void;
}

/** Builds the model and finds its weights, as opening it does; only the tensors' values are not there. */
function build(
  shapes: ReadonlyMap<string, readonly number[]>,
  architecture: (tensors: FileTensors) => Architecture,
) {
  const values = (name: string) => {
    const shape = shapes.get(name);
    return shape && new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1);
  };
  const built = architecture({ file: FILE, shapeOf: (name) => shapes.get(name), values });
  const tensors = new Map(
    [...shapes].map(([name, shape]) => [name, { shape, read: async () => new Float32Array() }]),
  );
  gatherWeights(built, tensors, FILE);
}

function folderSeed(name: string): Seed | undefined {
  const folder = join(models, name);
  if (!existsSync(join(folder, 'model.safetensors'))) return undefined;
  const settings = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Json;
  if (!FAMILIES.some(({ modelTypes }) => modelTypes.includes(String(settings.model_type)))) return undefined;
  const bytes = new Uint8Array(readFileSync(join(folder, 'model.safetensors')));
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { entries } = parseSafetensorsHeader(FILE, bytes.subarray(8, 8 + length), bytes.length);
  const shapes = new Map(entries.map((entry) => [entry.name, entry.shape]));
  const read = (json: Json) => {
    if (refusalOfConfig(json)) return;
    const family = familyOfModelType(String(json?.model_type), FILE);
    build(shapes, (tensors) => family.fromConfig(json, tensors));
  };
  return { name, settings, read };
}

function ggufSeed(name: string): Seed | undefined {
  const file = join(models, name, 'model.gguf');
  if (!existsSync(file)) return undefined;
  const header: GgufHeader = parseGgufHeader(new Uint8Array(readFileSync(file)), FILE);
  const settings = Object.fromEntries([...header.metadata].filter(([key]) => !key.startsWith('tokenizer.')));
  const architecture = String(settings['general.architecture']);
  if (!FAMILIES.some(({ ggufArchitectures }) => ggufArchitectures.includes(architecture))) return undefined;
  const shapes = new Map(header.tensors.map((tensor) => [tensor.name, tensor.shape]));
  const read = (json: Json) => {
    const metadata = new Map(Object.entries(json ?? {})) as Map<string, GgufValue>;
    if (refusalOfGguf(metadata)) return;
    const family = familyOfGguf(String(metadata.get('general.architecture') ?? 'unknown'), FILE);
    build(shapes, (tensors) => family.fromGguf!(metadata, tensors));
  };
  return { name: `${name} in GGUF`, settings, read };
}

const seeds = readdirSync(models)
  .flatMap((name) => (name.includes('.') ? [] : [folderSeed(name), ggufSeed(name)]))
  .filter((seed) => seed !== undefined);

describe('damaged settings', () => {
  it.each(seeds)('of $name are sound before they are damaged', ({ settings, read }) => {
    expect(() => read(settings)).not.toThrow();
  });

  it('build a model or are refused, in bounded time and memory', () => {
    const encoder = new TextEncoder();
    const byBytes = new Map(
      seeds.map((seed) => [encoder.encode(JSON.stringify(seed.settings)) as Uint8Array, seed]),
    );
    let seed: Seed;
    let damaged: Json;
    const outcome = fuzz(
      [...byBytes.keys()],
      () => {
        try {
          seed.read(damaged);
        } catch (error) {
          if (error instanceof SoftpromptError) throw error;
          throw new Error(`${seed.name}: ${JSON.stringify(damaged)}\n${(error as Error).stack}`);
        }
      },
      {
        cases: CASES,
        milliseconds: MILLISECONDS,
        change: (bytes, roll) => {
          seed = byBytes.get(bytes)!;
          damaged = mutateJson(seed.settings, roll) as Json;
          return bytes;
        },
      },
    );
    expect(outcome.accepted).toBeGreaterThan(CASES / 20);
  }, 120_000);
});
