import { byteLength } from '../graph/elementBytes';
import type { Graph } from '../graph/graph';

/** Less than this is computed again in every run without showing. */
const LARGE = 2 ** 16;

/**
 * Whether a graph computes something of large weights alone: a cast of half-precision weights, say. onnxruntime's optimiser does that
 * once, when a session is opened. Nothing else is left to it by our graphs: without it a session opens in two thirds to nine
 * tenths of the time, and runs as fast, to the same bit.
 */
export function hasConstantWork({ initializers, nodes }: Graph): boolean {
  return nodes.some(({ op, inputs }) => {
    const given = inputs.filter(Boolean).map((input) => initializers.get(input));
    const constants = given.filter((initializer) => initializer !== undefined);
    if (constants.length < given.length && !op.endsWith('QuantizeLinear')) return false;
    return constants.some(({ type, shape }) => byteLength(type, shape) >= LARGE);
  });
}
