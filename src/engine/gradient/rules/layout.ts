import { frontAxis } from '../../graph/dims';
import { intAttribute, intsAttribute } from '../../graph/graph';
import { reduceTo } from '../reduceTo';
import type { Rule, RuleContext } from '../rule';

/** One size of a value, read when the graph runs: int64[1]. */
function sizeOf(c: RuleContext, value: string, axis: number): string {
  return c.build.add('Shape', [value], {
    attributes: { start: axis, end: axis + 1 },
    types: [{ type: 'int64', shape: [1] }],
  });
}

export const reshape: Rule = (c) => {
  const shape = c.shape(c.input(0));
  const from = c.shape(c.gradient()!);
  // 0 copies the size at the same place and -1 takes the rest, so that at most one unknown size is left.
  const wanted = shape.map((size, axis) => (typeof size === 'number' ? size : size === from[axis] ? 0 : -1));
  const types = [{ type: c.graph.typeOf(c.input(0)).type, shape }];
  const target =
    wanted.filter((size) => size === -1).length > 1
      ? c.build.add('Shape', [c.input(0)])
      : c.build.ints(wanted);
  return [c.build.add('Reshape', [c.gradient()!, target], { types })];
};

export const transpose: Rule = (c) => {
  const rank = c.shape(c.input(0)).length;
  const order = intsAttribute(c.node, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return [
    c.build.add('Transpose', [c.gradient()!], { attributes: { perm: { kind: 'ints', value: inverse } } }),
  ];
};

export const expand: Rule = (c) => [reduceTo(c.build, c.gradient()!, c.shape(c.input(0)))];

export const concat: Rule = (c) => {
  const { build, node } = c;
  const types = node.inputs.map((value) => c.graph.typeOf(value));
  const axis = frontAxis(intAttribute(node, 'axis', 0), types[0]!.shape.length);
  const sizes = types.map(({ shape }) => shape[axis]!);
  const known = sizes.every((size) => typeof size === 'number');
  const lengths = known
    ? build.ints(sizes)
    : build.add(
        'Concat',
        node.inputs.map((value) => sizeOf(c, value, axis)),
        { attributes: { axis: 0 } },
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

export const gatherElements: Rule = (c) => {
  const axis = intAttribute(c.node, 'axis', 0);
  const zeros = c.build.add('ConstantOfShape', [c.build.add('Shape', [c.input(0)])]);
  const attributes = { axis, reduction: { kind: 'string' as const, value: 'add' } };
  return [c.build.add('ScatterElements', [zeros, c.input(1), c.gradient()!], { attributes }), undefined];
};
