import { MICROSOFT } from '../../graph/graph';
import type { Rule } from '../rule';

/** A rotation's gradient is the rotation back: the same operator with the sines negated (RoFormer, Su et al., 2021). */
export const rotaryEmbedding: Rule = (c) => {
  const [, positions, cosines, sines] = c.node.inputs as [string, string, string, string];
  const back = c.once(`negated ${sines}`, () => c.build.add('Neg', [sines]));
  const inputs = [c.gradient()!, positions, cosines, back];
  return [c.build.add('RotaryEmbedding', inputs, { domain: MICROSOFT, attributes: c.node.attributes })];
};
