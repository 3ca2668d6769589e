import { l10n } from '../../../protocol/l10n';
import { type Rule, refuse } from '../rule';

/**
 * A rotation's gradient is the rotation back: the same operator with the sines negated (RoFormer, Su et al., 2021).
 * onnxruntime's operator takes (x, positions, cosines, sines).
 */
export const rotaryEmbedding: Rule = (c) => {
  const [, positions, cosines, sines] = c.node.inputs as [string, string, string, string];
  if (c.wants(2) || c.wants(3)) refuse(c, l10n`with tables that depend on the soft prompt`);
  const back = c.once(`negated ${sines}`, () => c.build.add('Neg', [sines]));
  const inputs = [c.gradient()!, positions, cosines, back];
  const { attributes, domain } = c.node;
  return [
    c.build.add('RotaryEmbedding', inputs, { domain, attributes, types: [c.graph.typeOf(c.input(0))] }),
  ];
};
