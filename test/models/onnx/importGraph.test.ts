import { describe, expect, it } from 'vitest';
import { DATA_TYPES } from '../../../src/engine/graph/onnxSchema';
import { decodeOnnx } from '../../../src/engine/graph/readOnnx';
import { importGraph } from '../../../src/engine/models/onnx/importGraph';
import { SoftpromptError } from '../../../src/protocol/errors';
import { attributes, onnxBytes, type TestModel, type TestNode, tensors } from '../../graph/onnxBytes';

const WIDTH = 4;
const VOCABULARY = 20;
const matrix = (name: string, rows: number, columns: number) =>
  tensors.floats(
    name,
    Array.from({ length: rows * columns }, (_, i) => Math.cos(i)),
    [rows, columns],
  );

/** One layer of attention without products, as an exporter might write it; `scores` says how scores are masked. */
function model(
  parts: Partial<TestModel> & { masked?: TestNode[]; scores?: string; table?: string } = {},
): TestModel {
  return {
    inputs: [
      { name: 'input_ids', type: 'int64', shape: ['batch', 'sequence'] },
      { name: 'attention_mask', type: 'int64', shape: ['batch', 'sequence'] },
      ...(parts.inputs ?? []),
    ],
    initializers: [
      matrix('table', VOCABULARY, WIDTH),
      matrix('head', WIDTH, VOCABULARY),
      tensors.ints('at 1', [1]),
      tensors.ints('at 12', [1, 2]),
      tensors.floats('one', [1]),
      tensors.floats('lowest', [-3e38]),
      ...(parts.initializers ?? []),
    ],
    nodes: [
      { op: 'Gather', inputs: [parts.table ?? 'table', 'input_ids'], outputs: ['vectors'] },
      { op: 'Unsqueeze', inputs: ['vectors', 'at 1'], outputs: ['by head'] },
      {
        op: 'Transpose',
        inputs: ['by head'],
        outputs: ['keys'],
        attributes: [attributes.ints('perm', [0, 1, 3, 2])],
      },
      { op: 'MatMul', inputs: ['by head', 'keys'], outputs: ['scores'] },
      ...(parts.masked ?? []),
      {
        op: 'Softmax',
        inputs: [parts.scores ?? 'scores'],
        outputs: ['weights'],
        attributes: [attributes.int('axis', -1)],
      },
      { op: 'MatMul', inputs: ['weights', 'by head'], outputs: ['mixed'] },
      { op: 'Squeeze', inputs: ['mixed', 'at 1'], outputs: ['attended'] },
      { op: 'Add', inputs: ['attended', 'vectors'], outputs: ['states'] },
      { op: 'MatMul', inputs: ['states', 'head'], outputs: ['logits'] },
    ],
    outputs: ['logits'],
  };
}

const imported = (parts?: Parameters<typeof model>[0]) =>
  importGraph(decodeOnnx(onnxBytes(model(parts))), () => new Uint8Array(0));

/** 1 for padding's tokens times the lowest number: BERT's way. */
const padding: TestNode[] = [
  {
    op: 'Cast',
    inputs: ['attention_mask'],
    outputs: ['real'],
    attributes: [attributes.int('to', DATA_TYPES.float32)],
  },
  { op: 'Sub', inputs: ['one', 'real'], outputs: ['hidden'] },
  { op: 'Mul', inputs: ['hidden', 'lowest'], outputs: ['low'] },
  { op: 'Unsqueeze', inputs: ['low', 'at 12'], outputs: ['mask'] },
  { op: 'Add', inputs: ['scores', 'mask'], outputs: ['masked'] },
];

/** Positions 0, 1, … of queries and keys, and which of them a comparison lets pass. */
const compared = (comparisons: TestNode[]): TestNode[] => [
  { op: 'Shape', inputs: ['input_ids'], outputs: ['shape'] },
  { op: 'Gather', inputs: ['shape', 'second'], outputs: ['length'] },
  { op: 'Range', inputs: ['zero', 'length', 'step'], outputs: ['places'] },
  { op: 'Unsqueeze', inputs: ['places', 'at 1'], outputs: ['queries'] },
  ...comparisons,
  { op: 'Where', inputs: ['seen', 'scores', 'lowest'], outputs: ['masked'] },
];
const scalars = [
  tensors.ints('second', [1], []),
  tensors.ints('zero', [0], []),
  tensors.ints('step', [1], []),
  tensors.ints('three', [3], []),
];
const causal = compared([{ op: 'LessOrEqual', inputs: ['places', 'queries'], outputs: ['seen'] }]);

function problem(parts: Parameters<typeof model>[0]): SoftpromptError {
  try {
    imported(parts);
  } catch (error) {
    expect(error).toBeInstanceOf(SoftpromptError);
    return error as SoftpromptError;
  }
  return expect.unreachable();
}

describe('ports are found by structure', () => {
  it('a mask over padding alone: every token sees every other', () => {
    const { causal, layers, lookup, head } = imported({ masked: padding, scores: 'masked' });
    expect(causal).toBe(false);
    // The exporter has a value of the same name.
    expect(layers.side).toEqual([{ kind: 'mask', name: 'our mask', window: undefined }]);
    expect(layers.cuts).toEqual(['vectors', 'states']);
    expect(lookup.table).toEqual({ kind: 'plain', table: { weight: 'table', transposed: false } });
    expect(head?.matrix).toEqual({ kind: 'plain', table: { weight: 'head', transposed: true } });
    expect(layers.graph.nodes.some(({ outputs }) => outputs.includes('low'))).toBe(false);
  });

  it('no mask at all: ours takes away the padding', () => {
    const { causal, layers } = imported();
    expect(causal).toBe(false);
    expect(layers.side.map(({ kind }) => kind)).toEqual(['mask']);
  });

  it('a causal mask, chosen by Where', () => {
    const found = imported({ masked: causal, scores: 'masked', initializers: scalars });
    expect(found.causal).toBe(true);
    expect(found.layers.side).toEqual([{ kind: 'mask', name: 'mask', window: undefined }]);
  });

  it('a window', () => {
    const near = compared([
      { op: 'LessOrEqual', inputs: ['places', 'queries'], outputs: ['before'] },
      { op: 'Sub', inputs: ['queries', 'places'], outputs: ['distance'] },
      { op: 'Less', inputs: ['distance', 'three'], outputs: ['near'] },
      { op: 'And', inputs: ['before', 'near'], outputs: ['seen'] },
    ]);
    const found = imported({ masked: near, scores: 'masked', initializers: scalars });
    expect(found.causal).toBe(true);
    expect(found.layers.side).toEqual([{ kind: 'mask', name: 'mask of window 3', window: 3 }]);
  });

  it('a window to both sides', () => {
    const near = compared([
      { op: 'Sub', inputs: ['queries', 'places'], outputs: ['difference'] },
      { op: 'Abs', inputs: ['difference'], outputs: ['distance'] },
      { op: 'Less', inputs: ['distance', 'three'], outputs: ['seen'] },
    ]);
    const found = imported({ masked: near, scores: 'masked', initializers: scalars });
    expect(found.causal).toBe(false);
    expect(found.layers.side).toEqual([{ kind: 'mask', name: 'mask of window 3', window: 3 }]);
  });
});

describe('half precision', () => {
  it('is computed in float32', () => {
    const half = {
      name: 'half table',
      dims: [VOCABULARY, WIDTH],
      dataType: DATA_TYPES.float16,
      int32Data: new Array(VOCABULARY * WIDTH).fill(0x3c00),
    };
    const cast = (from: string, to: string, type: number): TestNode => ({
      op: 'Cast',
      inputs: [from],
      outputs: [to],
      attributes: [attributes.int('to', type)],
    });
    const masked = [
      cast('scores', 'as half', DATA_TYPES.float16),
      cast('as half', 'again', DATA_TYPES.float32),
    ];
    const { layers } = imported({ initializers: [half], table: 'half table', masked, scores: 'again' });
    const types = new Set(
      layers.graph.nodes.flatMap(({ outputs }) => outputs.map((v) => layers.graph.typeOf(v).type)),
    );
    expect([...types]).toEqual(['float32']);
    expect(layers.graph.typeOf('vectors').type).toBe('float32');
    expect(layers.graph.nodes.some(({ op }) => op === 'Cast')).toBe(false);
  });
});

describe('what is not understood is refused by name', () => {
  it('a mask of another form', () => {
    const odd = compared([
      { op: 'Mod', inputs: ['places', 'three'], outputs: ['rest'] },
      { op: 'Equal', inputs: ['rest', 'zero'], outputs: ['seen'] },
    ]);
    const error = problem({ masked: odd, scores: 'masked', initializers: scalars });
    expect(error.code).toBe('model-unsupported');
    expect(error.message).toContain('mask');
    expect(error.details.place?.node).toBe('the Where');
  });

  it('an operator without a rule for its shape', () => {
    const strange: TestNode[] = [
      { op: 'Dance', inputs: ['scores'], outputs: ['masked'], domain: 'com.example' },
    ];
    const error = problem({ masked: strange, scores: 'masked' });
    expect(error.message).toContain('Dance');
    expect(error.details.hint).toContain('GGUF');
  });

  it('a graph without token lookup', () => {
    const table = { name: 'given', type: 'float32' as const, shape: [VOCABULARY, WIDTH] };
    expect(problem({ inputs: [table], table: 'given' }).message).toContain('embedding table');
  });

  it('an input that nobody knows', () => {
    const extra = { name: 'picture', type: 'float32' as const, shape: ['batch', 1, 'sequence', 'sequence'] };
    const masked: TestNode[] = [{ op: 'Mul', inputs: ['scores', 'picture'], outputs: ['masked'] }];
    expect(problem({ inputs: [extra], masked, scores: 'masked' }).message).toContain('picture');
  });
});
