import type { GraphBuilder } from '../graph/builder';
import type { Shape } from '../graph/graph';

/**
 * Sums a gradient over the axes that broadcasting had widened, so that it has the shape of the input again: leading
 * axes that the input lacks, and axes where it has size 1.
 */
export function reduceTo(build: GraphBuilder, gradient: string, shape: Shape): string {
  const from = build.graph.shapeOf(gradient);
  const extra = from.length - shape.length;
  let result = gradient;
  if (extra > 0) {
    const leading = Array.from({ length: extra }, (_, axis) => axis);
    result = build.add('ReduceSum', [result, build.ints(leading)], { attributes: { keepdims: 0 } });
  }
  const widened = shape.flatMap((size, axis) => (size === 1 && from[axis + extra] !== 1 ? [axis] : []));
  if (widened.length > 0) {
    result = build.add('ReduceSum', [result, build.ints(widened)], { attributes: { keepdims: 1 } });
  }
  return result;
}
