import type { GraphBuilder } from '../../graph/builder';
import { ACTIVATIONS, type Activation, linear } from './blocks';

export interface FeedForward {
  hiddenSize: number;
  intermediateSize: number;
  /** act(x · gate) · (x · up) in place of act(x · up) (Shazeer, 2020). */
  gated: boolean;
  activation: Activation;
  bias?: boolean;
}

/** Weights are `name.up`, `.down` and, where gated, `.gate`. */
export function feedForward(build: GraphBuilder, f: FeedForward, value: string, name: string): string {
  const { hiddenSize, intermediateSize: width, bias } = f;
  const activate = ACTIVATIONS[f.activation];
  // Two products rather than one and a Split: the halves need not be copied, forward or backward.
  const widen = (part: string) =>
    linear(build, value, `${name}.${part}`, { size: [width, hiddenSize], bias });
  const inner = f.gated
    ? build.add('Mul', [activate(build, widen('gate')), widen('up')])
    : activate(build, widen('up'));
  return linear(build, inner, `${name}.down`, { size: [hiddenSize, width], bias });
}
