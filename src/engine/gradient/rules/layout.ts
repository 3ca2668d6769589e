import { l10n } from '../../../protocol/l10n';
import { constantInts } from '../../graph/constants';
import { frontAxis } from '../../graph/dims';
import { intAttribute, intsAttribute, type TensorType } from '../../graph/graph';
import { reduceTo } from '../reduceTo';
import { type Rule, type RuleContext, refuse } from '../rule';
import { zeroPad } from './zeroPad';

/** Type of a gradient: of the value's shape, and float also where the value is a quantised one. */
const gradientType = (c: RuleContext, value: string): TensorType => ({
  type: c.graph.typeOf(c.gradient()!).type,
  shape: c.shape(value),
});

/** Reshape, and Flatten. */
export const reshape: Rule = (c) => {
  const shape = c.shape(c.input(0));
  const from = c.shape(c.gradient()!);
  // 0 copies the size at the same place and -1 takes the rest, so that at most one unknown size is left.
  const wanted = shape.map((size, axis) => (typeof size === 'number' ? size : size === from[axis] ? 0 : -1));
  const target =
    wanted.filter((size) => size === -1).length > 1 ? c.sizes.shape(c.input(0)) : c.build.ints(wanted);
  return [c.build.add('Reshape', [c.gradient()!, target], { types: [gradientType(c, c.input(0))] })];
};

export const transpose: Rule = (c) => {
  const rank = c.shape(c.input(0)).length;
  const order = intsAttribute(c.node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return [
    c.build.add('Transpose', [c.gradient()!], { attributes: { perm: { kind: 'ints', value: inverse } } }),
  ];
};

export const squeeze: Rule = (c) => {
  const shape = c.shape(c.input(0));
  const given = c.has(1) ? constantInts(c.graph, c.input(1)) : intsAttribute(c.node, 'axes');
  const axes = given ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const types = [gradientType(c, c.input(0))];
  return [c.build.add('Unsqueeze', [c.gradient()!, c.build.ints(axes)], { types })];
};

export const unsqueeze: Rule = (c) => {
  const axes = c.has(1) ? c.input(1) : c.build.ints(intsAttribute(c.node, 'axes') ?? []);
  return [c.build.add('Squeeze', [c.gradient()!, axes], { types: [gradientType(c, c.input(0))] })];
};

export const expand: Rule = (c) => [reduceTo(c.build, c.gradient()!, c.shape(c.input(0)))];

/** Each repetition's part is cut out, and the parts are summed. */
export const tile: Rule = (c) => {
  const shape = c.shape(c.input(0));
  const repeats = constantInts(c.graph, c.input(1));
  const type = c.graph.typeOf(c.input(0)).type;
  let gradient = c.gradient()!;
  shape.forEach((size, axis) => {
    const count = repeats?.[axis];
    if (count === 1) return;
    const reduced = c.shape(gradient).map((dim, i) => (i === axis ? size : dim));
    if (size === 1) {
      gradient = c.build.add('ReduceSum', [gradient, c.build.ints([axis])], {
        types: [{ type, shape: reduced }],
      });
    } else if (count === undefined) {
      refuse(c, l10n`with repeats that are known only when it runs`);
    } else {
      const parts = c.build.addMany('Split', [gradient], {
        attributes: { axis, num_outputs: count },
        types: Array.from({ length: count }, () => ({ type, shape: reduced })),
        outputs: count,
      });
      gradient = c.build.add('Sum', parts, { types: [{ type, shape: reduced }] });
    }
  });
  return [gradient];
};

export const concat: Rule = (c) => {
  const { build, node } = c;
  const types = node.inputs.map((value) => gradientType(c, value));
  const axis = frontAxis(intAttribute(node, 'axis', 0), types[0]!.shape.length);
  const sizes = types.map(({ shape }) => shape[axis]!);
  const known = sizes.every((size) => typeof size === 'number');
  const lengths = known
    ? build.ints(sizes)
    : build.add(
        'Concat',
        node.inputs.map((value) => c.sizes.size(value, axis)),
        { attributes: { axis: 0 }, types: [{ type: 'int64', shape: [sizes.length] }] },
      );
  return build.addMany('Split', [c.gradient()!, lengths], {
    attributes: { axis },
    outputs: types.length,
    types,
  });
};

export const split: Rule = (c) => {
  const axis = intAttribute(c.node, 'axis', 0);
  const parts = c.node.outputs.map((_, index) => c.gradientOrZeros(index));
  return [c.build.add('Concat', parts, { attributes: { axis } })];
};

/** Padding with a constant is undone by the negative padding, which cuts. */
export const pad: Rule = (c) => {
  const mode = c.node.attributes.mode;
  if (mode?.kind === 'string' && mode.value !== 'constant') refuse(c, l10n`of mode ${mode.value}`);
  const { shape } = c.graph.typeOf(c.input(0));
  const known = constantInts(c.graph, c.input(1));
  const axes = c.has(3) ? constantInts(c.graph, c.input(3)) : shape.map((_, axis) => axis);
  if (!axes) return refuse(c, l10n`with axes that are known only when it runs`);
  const count = axes.length;
  const cut = known
    ? (i: number) => -known[i]!
    : (i: number) => {
        const given = c.build.add('Gather', [c.input(1), c.build.ints([i])], { types: [INTS] });
        return c.build.add('Neg', [given], { types: [INTS] });
      };
  const pads = axes.map((axis, i) => ({
    axis: frontAxis(axis, shape.length),
    before: cut(i),
    after: cut(i + count),
  }));
  return [zeroPad(c, c.gradient()!, pads, shape)];
};

const INTS: TensorType = { type: 'int64', shape: [1] };

/** A triangle of the gradient is the gradient of a triangle. */
export const triangle: Rule = (c) => [
  c.build.add('Trilu', [c.gradient()!, ...c.node.inputs.slice(1)], { attributes: c.node.attributes }),
];
