import { l10n } from '../../../protocol/l10n';
import { floatAttribute } from '../graph';
import { type Expansion, type ExpansionContext, refuse, required } from './expansion';

/** Default of onnxruntime's own normalisations. */
const EPSILON = 1e-12;

function normalised(
  c: ExpansionContext,
  operator: string,
  inputs: (string | undefined)[],
  epsilon: number,
): string {
  const given = inputs.filter((input) => input !== undefined);
  const attributes = { axis: -1, epsilon: { kind: 'float' as const, value: epsilon } };
  return c.build.addMany(operator, given, { attributes })[0]!;
}

/** The norm of input + skip + bias, and that sum as output 3. */
const skip =
  (operator: string, bias: number, ofNorm: readonly number[]): Expansion =>
  (c) => {
    const { build } = c;
    if (c.makes(1) || c.makes(2)) refuse(c, l10n`with its statistics as outputs`);
    const added = c.input(bias);
    const skipped = build.add('Add', [required(c, 0), required(c, 1)]);
    const sum = added ? build.add('Add', [skipped, added]) : skipped;
    const inputs = [sum, ...ofNorm.map((index) => c.input(index))];
    const output = normalised(c, operator, inputs, floatAttribute(c.node, 'epsilon', EPSILON));
    return [output, undefined, undefined, sum];
  };

/** Inputs: input, skip, gain, beta, bias. */
export const skipLayerNormalization = skip('LayerNormalization', 4, [2, 3]);

/** Inputs: input, skip, gain, bias. */
export const skipSimplifiedLayerNormalization = skip('SimplifiedLayerNormalization', 3, [2]);

/** The standard's name, from opset 23 on, for what onnxruntime had before. */
export const rmsNormalization: Expansion = (c) => {
  const axis = c.node.attributes.axis;
  const rank = c.graph.shapeOf(required(c, 0)).length;
  if (axis?.kind === 'int' && axis.value !== -1 && axis.value !== rank - 1)
    refuse(c, l10n`over several axes`);
  const epsilon = floatAttribute(c.node, 'epsilon', 1e-5);
  return [normalised(c, 'SimplifiedLayerNormalization', [c.input(0), c.input(1)], epsilon)];
};

/** Inputs: token ids, segments, the three tables, gain, bias, mask, positions. */
export const embedLayerNormalization: Expansion = (c) => {
  const { build } = c;
  const lookUp = (table: number, indices: string) => build.add('Gather', [required(c, table), indices]);
  const words = lookUp(2, required(c, 0));
  const placed = build.add('Add', [words, lookUp(3, c.input(8) ?? c.ports.positions(c.node))]);
  const segments = c.input(1);
  const sum = segments ? build.add('Add', [placed, lookUp(4, segments)]) : placed;
  const output = normalised(
    c,
    'LayerNormalization',
    [sum, c.input(5), c.input(6)],
    floatAttribute(c.node, 'epsilon', EPSILON),
  );
  // Output 1, each row's length, was for masks that give way to ours.
  return [output, undefined, sum];
};
