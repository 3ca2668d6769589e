import type { Checkpoint } from '../../models/checkpoint';
import { type CompiledForm, layerGraphs, weightRequests } from '../compiledForm';
import { planInt8 } from './int8Plan';
import { int8Weights } from './int8Weights';
import { quantiseGraph } from './quantiseGraph';
import { turnWeights } from './turn';

/** Raised when weights are turned or rounded in another way: what was compiled before is not used then. */
const ROUNDING = 1;

/**
 * A model whose products with weights are computed in int8, forward and backward, the weights rounded for each way by themselves.
 * Where the family allows it, hidden states are turned so that none of their directions stands out.
 */
export function int8Form(checkpoint: Checkpoint): CompiledForm {
  const turned = checkpoint.model.turned?.();
  const model = turned?.model ?? checkpoint.model;
  const weights = turned ? turnWeights(checkpoint, turned) : checkpoint.weights;
  const layers = layerGraphs(model);
  const plan = planInt8(layers, new Set(turned ? [turned.rotation] : []));
  const rounded = int8Weights(plan, weights);
  const names = new Set(rounded.map(({ name }) => name));
  const exact = weightRequests(
    model,
    layers.map((graph) => quantiseGraph(graph, plan, 'forward')),
  ).filter(({ tensor }) => !names.has(tensor));
  return {
    name: `int8 ${ROUNDING}`,
    model,
    weights: new Map([...weights, ...rounded.map((entry) => [entry.name, entry] as const)]),
    requests: [
      ...exact,
      ...rounded.map(({ name, shape, type = 'float32' }) => ({ tensor: name, shape, type })),
    ],
    rewrite: (graph, direction) => quantiseGraph(graph, plan, direction),
  };
}
