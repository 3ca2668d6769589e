import type { GraphBuilder } from '../../../src/engine/graph/builder';
import { type ExpansionCase, float, fused, int32, LENGTH, ROWS } from './compare';

export const NORMALISATION: Record<string, Record<string, ExpansionCase>> = {
  SkipLayerNormalization: {
    'gain, shift and bias': {
      inputs: { x: [ROWS, LENGTH, 8], y: [ROWS, LENGTH, 8], gain: [8], beta: [8], bias: [8] },
      build: (b) => pick(fused(b, 'SkipLayerNormalization', ['x', 'y', 'gain', 'beta', 'bias'], {}, 4), b),
    },
    'a skip that all rows share': {
      inputs: { x: [ROWS, LENGTH, 8], y: [LENGTH, 8], gain: [8] },
      build: (b) =>
        pick(fused(b, 'SkipLayerNormalization', ['x', 'y', 'gain'], { epsilon: float(0.01) }, 4), b),
    },
  },
  SkipSimplifiedLayerNormalization: {
    'with bias': {
      inputs: { x: [ROWS, LENGTH, 8], y: [ROWS, LENGTH, 8], gain: [8], bias: [8] },
      build: (b) => pick(fused(b, 'SkipSimplifiedLayerNormalization', ['x', 'y', 'gain', 'bias'], {}, 4), b),
    },
    'the norm alone': {
      inputs: { x: [ROWS, LENGTH, 8], y: [ROWS, LENGTH, 8], gain: [8] },
      build: (b) =>
        fused(b, 'SkipSimplifiedLayerNormalization', ['x', 'y', 'gain'], { epsilon: float(0.01) }),
    },
  },
  EmbedLayerNormalization: {
    'with segments': {
      inputs: { words: [20, 8], places: [16, 8], segments: [2, 8], gain: [8], beta: [8] },
      build: (b) => {
        const ids = int32(b, [3, 19, 0, 7, 7, 1, 2, 3, 4, 5], [ROWS, LENGTH]);
        const segment = int32(b, [0, 0, 1, 1, 1, 0, 1, 0, 1, 0], [ROWS, LENGTH]);
        const inputs = [ids, segment, 'words', 'places', 'segments', 'gain', 'beta'];
        return fused(b, 'EmbedLayerNormalization', inputs, { epsilon: float(1e-5) }, 3).filter(
          (_, i) => i !== 1,
        );
      },
    },
    'without segments': {
      inputs: { words: [20, 8], places: [16, 8], gain: [8], beta: [8] },
      build: (b) => {
        const ids = int32(b, [3, 19, 0, 7, 7, 1, 2, 3, 4, 5], [ROWS, LENGTH]);
        const inputs = [ids, '', 'words', 'places', '', 'gain', 'beta'];
        return fused(b, 'EmbedLayerNormalization', inputs, {}, 2).slice(0, 1);
      },
    },
  },
};

/** Of a Skip operator's four outputs the norm and the sum. */
function pick(outputs: string[], b: GraphBuilder): string[] {
  const node = b.graph.nodes.at(-1)!;
  node.outputs = [outputs[0]!, '', '', outputs[3]!];
  return [outputs[0]!, outputs[3]!];
}
