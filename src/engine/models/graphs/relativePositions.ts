import type { GraphBuilder } from '../../graph/builder';
import type { SidePorts } from './sidePorts';

/** Attention that knows tokens by how far they are from each other (T5, Raffel et al., 2020). */
export interface RelativePositions {
  /** Distances that are told apart; long ones share a bucket. */
  buckets: number;
  /** From this distance on all are one. */
  furthest: number;
}

/** A learned score for each bucket and head, `name` [buckets, heads], as [bucketRows, heads, length, past + length]. */
export function relativeBias(
  build: GraphBuilder,
  side: SidePorts,
  { buckets: count, furthest }: RelativePositions,
  { name, heads, bothWays }: { name: string; heads: number; bothWays: boolean },
): string {
  const buckets = side.buckets({ count, furthest, bothWays });
  const scores = build.add('Gather', [build.weight(name, [count, heads]), buckets], {
    attributes: { axis: 0 },
  });
  return build.add('Transpose', [scores], { attributes: { perm: { kind: 'ints', value: [0, 3, 1, 2] } } });
}
