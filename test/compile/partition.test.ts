import { describe, expect, it } from 'vitest';
import { FlowNetwork } from '../../src/engine/compile/minimumCut';
import { partition } from '../../src/engine/compile/partition';
import { differentiate } from '../../src/engine/gradient/differentiate';
import { newGraph } from '../../src/engine/graph/builder';

describe('minimum cut', () => {
  it('finds the narrowest place', () => {
    const network = new FlowNetwork();
    const [a, b, c] = [network.vertex(), network.vertex(), network.vertex()];
    network.edge(FlowNetwork.SOURCE, a, 10);
    network.edge(FlowNetwork.SOURCE, b, 10);
    network.edge(a, c, 4);
    network.edge(b, c, 3);
    network.edge(c, FlowNetwork.SINK, 9);
    expect(network.minimumCut()).toEqual(new Set([FlowNetwork.SOURCE, a, b]));
  });
});

describe('partition', () => {
  /** y = silu(x W) · 3, of which the gradient by x needs x W again. */
  function joint() {
    const b = newGraph('g');
    const x = b.input('x', 'float32', ['rows', 4]);
    const w = b.input('w', 'float32', [4, 8]);
    const product = b.add('MatMul', [x, w]);
    const gate = b.add('Sigmoid', [product]);
    const y = b.add('Mul', [b.add('Mul', [product, gate]), b.scalar(3)]);
    const forwardNodes = b.graph.nodes.length;
    const seed = b.input('seed', 'float32', ['rows', 8]);
    const gradient = differentiate(b, new Map([[y, seed]]), [x]).get(x)!;
    const options = {
      forwardNodes,
      forwardOutputs: [y],
      backwardOutputs: [gradient],
      seeds: [seed],
      free: [w],
    };
    return { graph: b.graph, product, y, gradient, options: { ...options, sizes: { rows: 5 }, lengths: [] } };
  }

  it('keeps the product and computes the cheap rest again', () => {
    const { graph, product, y, gradient, options } = joint();
    const { forward, backward, kept } = partition(graph, options);
    expect(kept).toEqual([product]);
    expect(forward.outputs).toEqual([y, product]);
    expect(forward.nodes.map(({ op }) => op)).toEqual(['MatMul', 'Sigmoid', 'Mul', 'Mul']);
    expect(backward.inputs.sort()).toEqual([product, 'seed', 'w'].sort());
    expect(backward.outputs).toEqual([gradient]);
    expect(backward.nodes.some(({ op }) => op === 'Sigmoid')).toBe(true);
  });

  it('keeps the later of two values that take the same room', () => {
    const b = newGraph('g');
    const x = b.input('x', 'float32', ['rows', 4]);
    const w = b.input('w', 'float32', [4, 8]);
    const product = b.add('MatMul', [x, w]);
    const turned = b.add('Transpose', [product], { attributes: { perm: { kind: 'ints', value: [1, 0] } } });
    const y = b.add('Mul', [turned, turned]);
    const forwardNodes = b.graph.nodes.length;
    const seed = b.input('seed', 'float32', [8, 'rows']);
    const gradient = differentiate(b, new Map([[y, seed]]), [x]).get(x)!;
    const { kept } = partition(b.graph, {
      forwardNodes,
      forwardOutputs: [y],
      backwardOutputs: [gradient],
      seeds: [seed],
      free: [w],
      sizes: { rows: 5 },
      lengths: [],
    });
    expect(kept).toEqual([turned]);
  });

  it('makes again what comes of weights alone', () => {
    const b = newGraph('g');
    const x = b.input('x', 'float32', ['rows', 4]);
    const bytes = new Uint8Array(32).fill(7);
    const packed = b.initializer('w', { type: 'uint8', shape: [4, 8], data: { kind: 'inline', bytes } });
    const weights = b.add('DequantizeLinear', [packed, b.scalar(0.5)]);
    const y = b.add('Tanh', [b.add('MatMul', [x, weights])]);
    const forwardNodes = b.graph.nodes.length;
    const seed = b.input('seed', 'float32', ['rows', 8]);
    const gradient = differentiate(b, new Map([[y, seed]]), [x]).get(x)!;
    const { backward, kept } = partition(b.graph, {
      forwardNodes,
      forwardOutputs: [y],
      backwardOutputs: [gradient],
      seeds: [seed],
      free: [],
      sizes: { rows: 1 },
      lengths: [],
    });
    expect(kept).toHaveLength(1);
    expect(kept).not.toContain(weights);
    expect(backward.nodes.map(({ op }) => op)).toContain('DequantizeLinear');
    expect([...backward.initializers.keys()]).toContain(packed);
  });

  it('computes again what grows with the square of a length, products included', () => {
    const b = newGraph('g');
    const x = b.input('x', 'float32', ['length', 64]);
    const weights = b.add('Softmax', [
      b.add('FusedMatMul', [x, x], {
        domain: 'com.microsoft',
        attributes: { transB: { kind: 'int', value: 1 } },
      }),
    ]);
    const y = b.add('MatMul', [weights, x]);
    const forwardNodes = b.graph.nodes.length;
    const seed = b.input('seed', 'float32', ['length', 64]);
    const gradient = differentiate(b, new Map([[y, seed]]), [x]).get(x)!;
    const cut = (lengths: string[]) =>
      partition(b.graph, {
        forwardNodes,
        forwardOutputs: [y],
        backwardOutputs: [gradient],
        seeds: [seed],
        free: [],
        sizes: { length: 20 },
        lengths,
      });
    expect(cut([]).kept.sort()).toEqual([weights, x].sort());
    const { forward, backward, kept } = cut(['length']);
    expect(kept).toEqual([x]);
    expect(forward.outputs).toEqual([y]);
    expect(backward.nodes.filter(({ op }) => op === 'Softmax')).toHaveLength(1);
  });
});
