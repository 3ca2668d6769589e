import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { byteLength } from '../../src/engine/graph/elementBytes';
import type { Initializer } from '../../src/engine/graph/graph';
import { DATA_TYPES } from '../../src/engine/graph/onnxSchema';
import { decodeOnnx } from '../../src/engine/graph/readOnnx';
import { importGraph } from '../../src/engine/models/onnx/importGraph';
import { skimOnnx } from '../../src/engine/models/onnx/skim';
import { attributes, graphMessage, onnxBytes, tensors } from '../graph/onnxBytes';
import { FUZZ_CASES, fuzz } from './fuzz';

/** A small model with everything that files have: subgraphs, constants of each storage, weights outside. */
function seed(opset: number): Uint8Array {
  const branch = (op: string) =>
    graphMessage({
      nodes: [
        {
          op: 'Constant',
          inputs: [],
          outputs: ['two'],
          attributes: [attributes.tensor('value', tensors.floats('', [2]))],
        },
        { op, inputs: ['vectors', 'two'], outputs: [`${op} out`] },
      ],
      outputs: [`${op} out`],
    });
  return onnxBytes({
    opset,
    inputs: [
      { name: 'input_ids', type: 'int64', shape: ['batch', 'sequence'] },
      { name: 'use_cache_branch', type: 'bool', shape: [1] },
    ],
    initializers: [
      tensors.floats('table', [1, 2, 3, 4, 5, 6], [3, 2]),
      tensors.ints('axes', [0]),
      { name: 'half', dims: [2], dataType: DATA_TYPES.float16, int32Data: [0x3c00, 0x4000] },
      { name: 'raw', dims: [1], dataType: DATA_TYPES.int32, rawData: Uint8Array.of(1, 0, 0, 0) },
      {
        name: 'outside',
        dims: [4],
        dataType: DATA_TYPES.uint4,
        dataLocation: 1,
        externalData: [
          { key: 'location', value: 'model.onnx_data' },
          { key: 'offset', value: '4096' },
          { key: 'length', value: '2' },
        ],
      },
    ],
    nodes: [
      {
        op: 'Gather',
        inputs: ['table', 'input_ids'],
        outputs: ['vectors'],
        attributes: [attributes.int('axis', 0)],
      },
      {
        op: 'If',
        inputs: ['use_cache_branch'],
        outputs: ['sum'],
        attributes: [
          attributes.graph('then_branch', branch('Add')),
          attributes.graph('else_branch', branch('Mul')),
        ],
      },
      {
        op: 'Transpose',
        inputs: ['sum'],
        outputs: ['logits'],
        attributes: [attributes.ints('perm', [0, 2, 1])],
      },
    ],
    outputs: ['logits'],
  });
}

describe('damaged ONNX files', () => {
  it('are read or refused, in bounded time and memory', () => {
    const { cases, accepted } = fuzz([seed(13), seed(20)], (bytes) => {
      decodeOnnx(bytes, 'damaged.onnx');
    });
    expect(cases).toBe(FUZZ_CASES);
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(cases);
  }, 120_000);

  it('are imported or refused', async () => {
    const seeds = await Promise.all(IMPORTED.map((place) => header(join(MODELS, place, 'model.onnx'))));
    const read = ({ type, shape }: Initializer) => new Uint8Array(Math.min(byteLength(type, shape), 2 ** 16));
    const { accepted } = fuzz(seeds, (bytes) => void importGraph(decodeOnnx(bytes, 'damaged.onnx'), read), {
      cases: IMPORTS,
    });
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(IMPORTS);
  }, 120_000);
});

const MODELS = join(__dirname, '../oracle/fixtures/models');
/** Plain operators without a cache, and fused ones with. */
const IMPORTED = ['minilm/onnx/torch', 'llama3/onnx/genai-fp32'];
/** Importing takes longer than reading: fewer cases. */
const IMPORTS = 5000;

/** A model without its weights, as it is opened. */
async function header(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    return await skimOnnx(handle, { path, name: 'model.onnx' });
  } finally {
    await handle.close();
  }
}
