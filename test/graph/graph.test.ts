import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newGraph } from '../../src/engine/graph/builder';
import { addDims, broadcastShapes, evaluateDim, multiplyDims } from '../../src/engine/graph/dims';
import { printGraph } from '../../src/engine/graph/printGraph';
import { readOnnx } from '../../src/engine/graph/readOnnx';
import { writeOnnx } from '../../src/engine/graph/writeOnnx';
import { decoderModel } from '../../src/engine/models/graphs/decoder';
import { SoftpromptError } from '../../src/protocol/errors';

const SIZES = { hiddenSize: 64, heads: 4, keyValueHeads: 2, headSize: 16 };

const model = decoderModel({
  config: {
    architecture: 'llama',
    kind: 'decoder',
    ...SIZES,
    embeddingSize: 64,
    layers: 2,
    vocabularySize: 300,
    contextLength: 128,
  },
  norm: { kind: 'rms', epsilon: 1e-5 },
  normPlace: 'before',
  finalNorm: true,
  attention: () => ({ ...SIZES, rotary: { table: 0 } }),
  feedForward: { hiddenSize: 64, intermediateSize: 96, gated: true, activation: 'silu' },
  rotary: [{ frequencies: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8), scale: 1 }],
  tiedHead: true,
});

describe('sizes', () => {
  it('keeps sums and products in one form', () => {
    expect(addDims('past', 'length')).toBe(addDims('length', 'past'));
    expect(addDims(addDims('past', 2), 3)).toBe('past + 5');
    expect(multiplyDims([3, 'length', 2])).toBe('6 * length');
    expect(multiplyDims([1 / 3, '3 * length'])).toBe('length');
  });

  it('evaluates what it writes', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.integer({ min: 1, max: 9 }), (length, past, factor) => {
        const sizes = { length, past };
        expect(evaluateDim(addDims('length', addDims('past', factor)), sizes)).toBe(length + past + factor);
        expect(evaluateDim(multiplyDims([factor, 'length', 'past']), sizes)).toBe(factor * length * past);
        expect(evaluateDim(multiplyDims([factor, 'length + past']), sizes)).toBe(factor * (length + past));
      }),
    );
  });

  it('broadcasts as numpy does, and refuses what does not fit', () => {
    expect(broadcastShapes(['rows', 1, 5], [3, 1])).toEqual(['rows', 3, 5]);
    expect(() => broadcastShapes([2, 3], [4, 3])).toThrow('do not broadcast');
  });
});

describe('a stage of the Llama graph', () => {
  const stage = model.stage(0, 1);

  it('infers the shapes of its ports', () => {
    const { graph, ports } = stage;
    expect(graph.shapeOf(ports.output)).toEqual(['rows', 'length', 64]);
    expect(graph.shapeOf(ports.present[0]!.keys)).toEqual(['rows', 2, 'length + past + shared', 16]);
  });

  it('prints a line a node, with shapes', () => {
    const lines = printGraph(stage.graph).split('\n');
    expect(lines[0]).toContain('hidden: float32[rows, length, 64]');
    expect(lines.filter((line) => line.includes(' = '))).toHaveLength(stage.graph.nodes.length);
    expect(lines.join('\n')).toContain(
      'com.microsoft.RotaryEmbedding(FusedMatMul:0, positions, cosines, sines)',
    );
  });

  it('comes back from ONNX as it was', () => {
    const { graph } = model.stage(0, 2);
    let offset = 0;
    for (const [name, initializer] of graph.initializers) {
      if (initializer.data.kind !== 'checkpoint') continue;
      const length = initializer.shape.reduce((product, size) => product * size, 4);
      const data = { kind: 'external' as const, file: 'weights.bin', offset, length };
      graph.initializers.set(name, { ...initializer, data });
      offset += length;
    }
    const read = readOnnx(writeOnnx(graph));
    expect(printGraph(read)).toBe(printGraph(graph));
    expect(read.nodes).toHaveLength(graph.nodes.length);
    expect([...read.initializers.values()].map(({ data }) => data.kind)).toEqual(
      [...graph.initializers.values()].map(({ data }) => data.kind),
    );
  });
});

describe('reading ONNX', () => {
  it('refuses what is no model, with the file', () => {
    for (const bytes of [
      new Uint8Array(0),
      Uint8Array.of(255, 255, 255, 1),
      new TextEncoder().encode('hello'),
    ]) {
      try {
        readOnnx(bytes, 'model.onnx');
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(SoftpromptError);
        expect((error as SoftpromptError).details.place?.file).toBe('model.onnx');
      }
    }
  });

  it('survives damaged bytes: a graph or an error, never a crash', () => {
    const b = newGraph('small');
    b.output(b.add('Add', [b.input('x', 'float32', ['rows', 3]), b.scalar(2)]));
    const good = writeOnnx(b.graph);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        const bytes = Uint8Array.from(good);
        bytes[at] = value;
        try {
          readOnnx(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(SoftpromptError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
