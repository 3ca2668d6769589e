import type { GraphBuilder } from '../../../src/engine/graph/builder';
import { MICROSOFT } from '../../../src/engine/graph/graph';
import { float, node, type RuleCases } from './building';

const epsilon = { epsilon: float(1e-5) };

/** One of the Skip operators, with the outputs that are asked for. */
const skip = (op: string, inputs: string[], outputs: number[]) => (b: GraphBuilder) => {
  const all = b.addMany(op, inputs, { domain: MICROSOFT, attributes: epsilon, outputs: 4 });
  const made = b.graph.nodes.at(-1)!;
  made.outputs = all.map((name, i) => (outputs.includes(i) ? name : ''));
  if (!outputs.includes(3)) made.outputs.length = 1;
  return outputs.map((i) => all[i]!);
};

const gained = { gain: [8] };
const x = { x: [2, 3, 8] };

/** The cases of a Skip operator; `rest` are inputs between gain and bias. */
const skips = (op: string, rest: Record<string, number[]>) => {
  const frozen = { ...gained, ...rest };
  const base = ['x', 'y', ...Object.keys(frozen)];
  const wanted = ['x', 'y'];
  return {
    'the norm alone': {
      inputs: { ...x, y: [2, 3, 8], ...frozen },
      wanted,
      build: skip(op, base, [0]),
    },
    'norm and sum': {
      inputs: { ...x, y: [2, 3, 8], ...frozen },
      wanted,
      build: skip(op, base, [0, 3]),
    },
    'with bias': {
      inputs: { ...x, y: [2, 3, 8], ...frozen, bias: [8] },
      wanted: [...wanted, 'bias'],
      build: skip(op, [...base, 'bias'], [0, 3]),
    },
    'a skip that all rows share': {
      inputs: { ...x, y: [3, 8], ...frozen },
      wanted,
      build: skip(op, base, [0, 3]),
    },
    'the sum alone': {
      inputs: { ...x, y: [2, 3, 8], ...frozen },
      wanted,
      build: (b: GraphBuilder) => skip(op, base, [0, 3])(b).slice(1),
    },
  };
};

export const NORMALISATION: RuleCases = {
  LayerNormalization: {
    'gain and bias': {
      inputs: { ...x, gain: [8], bias: [8] },
      wanted: ['x', 'bias'],
      build: node('LayerNormalization', ['x', 'gain', 'bias'], epsilon),
    },
    'without bias': {
      inputs: { ...x, gain: [8] },
      wanted: ['x'],
      build: node('LayerNormalization', ['x', 'gain'], { axis: -1 }),
    },
    'over two axes': {
      inputs: { ...x, gain: [3, 8] },
      wanted: ['x'],
      build: node('LayerNormalization', ['x', 'gain'], { axis: 1, epsilon: float(0.1) }),
    },
    'all outputs asked for': {
      inputs: { ...x, gain: [8] },
      wanted: ['x'],
      build: (b) => b.addMany('LayerNormalization', ['x', 'gain'], { outputs: 3 }).slice(0, 1),
    },
  },
  SimplifiedLayerNormalization: {
    'both outputs asked for': {
      inputs: { ...x, gain: [8] },
      wanted: ['x'],
      build: (b) =>
        b.addMany('SimplifiedLayerNormalization', ['x', 'gain'], {
          attributes: { axis: -1, ...epsilon },
          outputs: 2,
        })[0]!,
    },
    'one output': {
      inputs: { ...x, gain: [8] },
      wanted: ['x'],
      build: node('SimplifiedLayerNormalization', ['x', 'gain'], { axis: -1, epsilon: float(0.1) }),
    },
  },
  [`${MICROSOFT}:SkipLayerNormalization`]: skips('SkipLayerNormalization', { beta: [8] }),
  [`${MICROSOFT}:SkipSimplifiedLayerNormalization`]: skips('SkipSimplifiedLayerNormalization', {}),
};
