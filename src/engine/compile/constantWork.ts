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
  /** What is computed of weights alone: a scale that is widened, say. */
  const made = new Set<string>();
  return nodes.some(({ inputs, outputs }) => {
    const given = inputs.filter(Boolean);
    if (!given.every((input) => initializers.has(input) || made.has(input))) return false;
    for (const output of outputs) made.add(output);
    return given.some((input) => {
      const weight = initializers.get(input);
      return weight && byteLength(weight.type, weight.shape) >= LARGE;
    });
  });
}
