import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelKind } from '../../../src/protocol/models';
import { type FixtureArray, readArrays } from '../../oracle/arrays';

/** The tiny models of test/oracle/fixtures/models. */
export const MODELS = fileURLToPath(new URL('../../oracle/fixtures/models/', import.meta.url));

/** A tiny model in one of its formats, and what Transformers computes with it. */
export interface Case {
  /** Name of the fixture. */
  model: string;
  kind: ModelKind;
  /** As the table of docs/models.md calls it. */
  format: string;
  /** What openCheckpoint takes. */
  path: string;
  /** Folder with expected.json and expected.safetensors. */
  expected: string;
}

/** expected.json; see test/oracle/README.md. */
export interface Expected {
  kind: ModelKind;
  rows: number[][];
  targets: number[];
  decoderRows?: number[][];
  positions?: number[];
  greedy?: number[];
  tokenizer: { file: string; ids: number[][] };
}

export function readExpected(folder: string): Expected {
  return JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
}

export function readExpectedArrays({ expected }: Case): Promise<Record<string, FixtureArray>> {
  return readArrays(join(expected, 'expected.safetensors'));
}

/** Every tiny model of some kinds, as a folder of safetensors and as GGUF where there is one. */
export function nativeCases(kinds: readonly ModelKind[]): Case[] {
  return readdirSync(MODELS)
    .map((model) => ({ model, folder: join(MODELS, model) }))
    .filter(({ folder }) => existsSync(join(folder, 'expected.json')))
    .flatMap(({ model, folder }) => {
      const { kind } = readExpected(folder);
      if (!kinds.includes(kind)) return [];
      const gguf = join(folder, 'model.gguf');
      const common = { model, kind, expected: folder };
      return [
        { ...common, format: 'safetensors', path: folder },
        ...(existsSync(gguf) ? [{ ...common, format: 'GGUF', path: gguf }] : []),
      ];
    });
}
