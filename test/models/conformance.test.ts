import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { ModelKind } from '../../src/protocol/models';
import { type Case, nativeCases, readExpected, readExpectedArrays } from './conformance/cases';
import { type Result, writeTable, wrongRows } from './conformance/documentation';
import { MEASURES, type Measured } from './conformance/measure';
import { onnxCases } from './conformance/onnxCases';
import { differingLines } from './conformance/tokenizer';

/** Every tiny model in every format, held to what Transformers computes; docs/models.md is made of the results. */
const KINDS = Object.keys(MEASURES) as ModelKind[];
const CASES: readonly Case[] = [...nativeCases(KINDS), ...onnxCases(KINDS)];

/** A layer at a time, and all layers together: what is cut must be the same as what is not. */
const LAYERS_PER_STAGE = [1, 15];

const TOLERANCE = 1e-4;

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

const results: Result[] = [];

describe('every model computes what Transformers computes', () => {
  it.each(CASES.map((c) => [c.model, c.format, c] as const))('%s, %s', async (_model, _format, c) => {
    const result = await measure(c);
    results.push(result);
    expect(result.logits).toBeLessThan(TOLERANCE);
    expect(result.gradient).toBeLessThan(TOLERANCE);
    expect(result.generation ?? 0).toBe(0);
    expect(result.tokenizer).toBe(0);
  });

  it('and docs/models.md says so', () => {
    if (process.env.SOFTPROMPT_WRITE_DOCS) writeTable(results);
    expect(wrongRows(results), 'npm run docs:models writes the table').toEqual([]);
  });
});

async function measure(c: Case): Promise<Result> {
  const expected = readExpected(c.expected);
  const arrays = await readExpectedArrays(c);
  const checkpoint = await openCheckpoint(c.path);
  try {
    expect(checkpoint.config.kind).toBe(c.kind);
    const worst: Measured = { logits: 0, gradient: 0 };
    for (const layersPerStage of LAYERS_PER_STAGE) {
      const model = await openPromptModel(checkpoint, { cacheFolder, threads: 1, layersPerStage });
      try {
        const measured = await MEASURES[c.kind]!(model, expected, arrays);
        for (const [name, value] of Object.entries(measured) as [keyof Measured, number][]) {
          worst[name] = Math.max(worst[name] ?? 0, value);
        }
      } finally {
        await model.close();
      }
    }
    return {
      ...worst,
      model: c.model,
      architecture: checkpoint.config.architecture,
      format: c.format,
      tokenizer: differingLines(await checkpoint.tokenizer(), c),
    };
  } finally {
    await checkpoint.close();
  }
}
