import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src/engine/gradient/differentiate';
import { type GraphBuilder, newGraph } from '../../src/engine/graph/builder';
import { MICROSOFT } from '../../src/engine/graph/graph';
import { DATA_TYPES } from '../../src/engine/graph/onnxSchema';
import { SoftpromptError } from '../../src/protocol/errors';

it('names an operator without rule before it adds anything', () => {
  const b = newGraph('a model');
  const x = b.input('x', 'float32', [2]);
  const types = [{ type: 'float32' as const, shape: [2] }];
  const unknown = b.add('LpNormalization', [x], { name: 'unusual', types });
  const y = b.add('Add', [b.add('Hardmax', [unknown], { types }), x]);
  const seed = b.input('seed', 'float32', [2]);
  const nodes = b.graph.nodes.length;
  const attempt = () => differentiate(b, new Map([[y, seed]]), [x]);
  expect(attempt).toThrow(SoftpromptError);
  expect(attempt).toThrow('No gradient rule for LpNormalization, Hardmax in a model.');
  const error = errorOf(attempt);
  expect(error.details.place).toEqual({ node: 'unusual' });
  expect(error.details.hint).toContain('export the model again');
  expect(b.graph.nodes.length).toBe(nodes);
});

function errorOf(attempt: () => unknown): SoftpromptError {
  try {
    attempt();
  } catch (error) {
    return error as SoftpromptError;
  }
  throw new Error('nothing was thrown');
}

it('visits only what lies between the wanted values and the loss', () => {
  const b = newGraph('g');
  const x = b.input('x', 'float32', [2]);
  const frozen = b.input('frozen', 'float32', [2]);
  const aside = b.addMany('Round', [frozen], { types: [{ type: 'float32', shape: [2] }] })[0]!;
  const unused = b.addMany('Round', [x], { types: [{ type: 'float32', shape: [2] }] })[0]!;
  const y = b.add('Mul', [x, aside]);
  const seed = b.input('seed', 'float32', [2]);
  const before = b.graph.nodes.length;
  const gradients = differentiate(b, new Map([[y, seed]]), [x]);
  expect(unused).not.toBe(y);
  expect(b.graph.nodes.slice(before).map(({ op, inputs }) => [op, inputs])).toEqual([['Mul', [seed, aside]]]);
  expect([...gradients.keys()]).toEqual([x]);
});

describe('what has no gradient by nature', () => {
  const attempt = (make: (b: GraphBuilder) => string) => {
    const b = newGraph('g');
    b.input('x', 'float32', [2, 3]);
    const y = make(b);
    const seed = b.input('seed', 'float32', b.graph.shapeOf(y));
    return [...differentiate(b, new Map([[y, seed]]), ['x']).keys()];
  };

  it.each(['Floor', 'Ceil', 'Round', 'Sign'])('%s ends the path', (op) => {
    expect(attempt((b) => b.add(op, ['x']))).toEqual([]);
    expect(attempt((b) => b.add('Add', ['x', b.add(op, ['x'])]))).toEqual(['x']);
  });

  it('shapes, comparisons and places end it', () => {
    const shaped = (b: GraphBuilder) =>
      b.add('Cast', [b.add('Shape', ['x'])], { attributes: { to: DATA_TYPES.float32 } });
    const compared = (b: GraphBuilder) =>
      b.add('Cast', [b.add('Greater', ['x', b.scalar(0)])], { attributes: { to: DATA_TYPES.float32 } });
    const placed = (b: GraphBuilder) =>
      b.add('Cast', [b.add('ArgMax', ['x'])], { attributes: { to: DATA_TYPES.float32 } });
    for (const make of [shaped, compared, placed]) expect(attempt(make)).toEqual([]);
  });

  it('a float that was made an integer has none, a quantised one has', () => {
    const truncated = (b: GraphBuilder) => {
      const whole = b.add('Cast', ['x'], { attributes: { to: DATA_TYPES.int64 } });
      return b.add('Cast', [whole], { attributes: { to: DATA_TYPES.float32 } });
    };
    const quantised = (b: GraphBuilder) => {
      const scale = b.scalar(0.1);
      return b.add('DequantizeLinear', [b.add('QuantizeLinear', ['x', scale]), scale]);
    };
    expect(attempt(truncated)).toEqual([]);
    expect(attempt(quantised)).toEqual(['x']);
  });
});

it('refuses a form that a rule does not know, by name', () => {
  const b = newGraph('a model');
  const [x, y] = [b.input('x', 'float32', [2, 3, 3]), b.input('y', 'float32', [2, 3, 3])];
  const attributes = { transBatchA: 1 };
  const out = b.add('FusedMatMul', [x, y], { name: 'scores', domain: MICROSOFT, attributes });
  const seed = b.input('seed', 'float32', [2, 3, 3]);
  const error = errorOf(() => differentiate(b, new Map([[out, seed]]), [x]));
  expect(error.message).toBe('No gradient rule for com.microsoft.FusedMatMul with transBatchA in a model.');
  expect(error.details.place).toEqual({ node: 'scores' });
});

it('passes by optional outputs that are left out', () => {
  const b = newGraph('g');
  const x = b.input('x', 'float32', [2, 4]);
  const gain = b.input('gain', 'float32', [4]);
  const sum = b.add('Add', [x, x]);
  b.graph.nodes.push({
    name: 'norm',
    op: 'SkipSimplifiedLayerNormalization',
    domain: MICROSOFT,
    inputs: [x, sum, gain, ''],
    outputs: ['y', '', '', 'total'],
    attributes: {},
  });
  for (const name of ['y', 'total']) b.graph.values.set(name, { type: 'float32', shape: [2, 4] });
  const seed = b.input('seed', 'float32', [2, 4]);
  expect([...differentiate(b, new Map([['y', seed]]), [x]).keys()]).toEqual([x]);
});

it('asks a node for an output that it did not hand out, and leaves copies of the node alone', () => {
  const b = newGraph('g');
  const x = b.input('x', 'float32', ['rows', 4]);
  const gain = b.input('gain', 'float32', [4]);
  const y = b.add('SimplifiedLayerNormalization', [x, gain]);
  const node = b.graph.nodes[0]!;
  const copy = { ...node };
  const seed = b.input('seed', 'float32', ['rows', 4]);
  differentiate(b, new Map([[y, seed]]), [x]);
  expect(node.outputs).toEqual([y, `${y} (output 1)`]);
  expect(b.graph.shapeOf(node.outputs[1]!)).toEqual(['rows', 1]);
  expect(copy.outputs).toEqual([y]);
});
