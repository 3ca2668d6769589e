import { l10n } from '../../../protocol/l10n';
import { constantInts } from '../../graph/constants';
import { frontAxis } from '../../graph/dims';
import { type Attribute, intAttribute, type Shape, stringAttribute } from '../../graph/graph';
import { type Rule, type RuleContext, refuse } from '../rule';
import { takeBack } from './takeBack';
import { zeroPad } from './zeroPad';

const ADD = { kind: 'string' as const, value: 'add' };

/** Zeros of a value's shape; made of the shape alone. */
function zerosLike(c: RuleContext, value: string): string {
  const types = [{ type: 'float32' as const, shape: c.shape(value) }];
  return c.build.add('ConstantOfShape', [c.sizes.shape(value)], { types });
}

/** Each gradient is added where its value was taken from. */
export const gatherElements: Rule = (c) => {
  const attributes = { axis: intAttribute(c.node, 'axis', 0), reduction: ADD };
  return [
    c.build.add('ScatterElements', [zerosLike(c, c.input(0)), c.input(1), c.gradient()!], { attributes }),
  ];
};

export const gatherNd: Rule = (c) => {
  if (intAttribute(c.node, 'batch_dims', 0) !== 0) refuse(c, l10n`with batch_dims`);
  return [scatterAdd(c, zerosLike(c, c.input(0)), c.input(1), c.gradient()!)];
};

function scatterAdd(c: RuleContext, into: string, indices: string, updates: string): string {
  const types = [c.graph.typeOf(into)];
  return c.build.add('ScatterND', [into, indices, updates], { attributes: { reduction: ADD }, types });
}

export const gather: Rule = (c) => {
  const shape = c.shape(c.input(0));
  const axis = frontAxis(intAttribute(c.node, 'axis', 0), shape.length);
  const indices = constantInts(c.graph, c.input(1));
  const rank = c.shape(c.input(1)).length;
  const size = shape[axis];
  if (indices && rank <= 1 && typeof size === 'number') {
    const taken = indices.map((index) => frontAxis(index, size));
    if (new Set(taken).size === taken.length) {
      return [takeBack(c, rank === 0 ? opened(c, axis, shape) : c.gradient()!, { axis, size, taken })];
    }
  }
  if (indices?.length === 1 && rank === 0 && (indices[0] === 0 || indices[0] === -1)) {
    return [endBack(c, axis, shape, indices[0] === 0)];
  }
  return [gatherBack(c, axis, shape)];
};

/** The gradient with the axis that a scalar index took away. */
function opened(c: RuleContext, axis: number, shape: Shape): string {
  const type = c.graph.typeOf(c.gradient()!).type;
  const types = [{ type, shape: shape.map((size, i) => (i === axis ? 1 : size)) }];
  return c.build.add('Unsqueeze', [c.gradient()!, c.build.ints([axis])], { types });
}

/** The first or last place of an axis of open size: zeros behind it, or before. */
function endBack(c: RuleContext, axis: number, shape: Shape, first: boolean): string {
  const { build } = c;
  const size = c.sizes.size(c.input(0), axis);
  const rest = build.add('Sub', [size, build.ints([1])], { types: [{ type: 'int64', shape: [1] }] });
  const pad = first ? { axis, before: 0, after: rest } : { axis, before: rest, after: 0 };
  return zeroPad(c, opened(c, axis, shape), [pad], shape);
}

/** Any indices: the gathered axis is brought to the front, where whole slices are added to zeros. */
function gatherBack(c: RuleContext, axis: number, shape: Shape): string {
  const { build } = c;
  const type = c.graph.typeOf(c.gradient()!).type;
  const indexRank = c.shape(c.input(1)).length;
  const toFront = [axis, ...shape.map((_, i) => i).filter((i) => i !== axis)];
  const move = (value: string, perm: readonly number[]) =>
    perm.every((from, to) => from === to)
      ? value
      : build.add('Transpose', [value], { attributes: { perm: { kind: 'ints', value: perm } } });
  const dy = c.gradient()!;
  const places = c.shape(dy).map((_, i) => i);
  const gathered = places.slice(axis, axis + indexRank);
  const updates = move(dy, [...gathered, ...places.filter((i) => !gathered.includes(i))]);
  const indices = build.add('Unsqueeze', [asLong(c, c.input(1)), build.ints([indexRank])], {
    types: [{ type: 'int64', shape: [...c.shape(c.input(1)), 1] }],
  });
  const frontShape = toFront.map((i) => shape[i]!);
  const sizes = c.sizes.shape(c.input(0));
  const zeros = build.add(
    'ConstantOfShape',
    [axis === 0 ? sizes : build.add('Gather', [sizes, build.ints(toFront)])],
    {
      types: [{ type, shape: frontShape }],
    },
  );
  const back = shape.map((_, i) => toFront.indexOf(i));
  return move(scatterAdd(c, zeros, indices, updates), back);
}

function asLong(c: RuleContext, indices: string): string {
  const { type, shape } = c.graph.typeOf(indices);
  if (type === 'int64') return indices;
  return c.build.add('Cast', [indices], { attributes: { to: 7 }, types: [{ type: 'int64', shape }] });
}

/** Overwritten places lose their gradient to the updates; places that were added to share it. */
const scatter =
  (scatterBack: string, gatherBack: string): Rule =>
  (c) => {
    const reduction = stringAttribute(c.node, 'reduction', 'none');
    if (reduction !== 'none' && reduction !== 'add') refuse(c, l10n`with reduction ${reduction}`);
    const { axis } = c.node.attributes;
    const attributes: Record<string, Attribute> = axis ? { axis } : {};
    const [indices, dy] = [c.input(1), c.gradient()!];
    const kept = () =>
      reduction === 'add'
        ? dy
        : c.build.add(scatterBack, [dy, indices, zerosLike(c, c.input(2))], { attributes });
    return [
      c.wants(0) ? kept() : undefined,
      undefined,
      c.wants(2)
        ? c.build.add(gatherBack, [dy, indices], { attributes, types: [c.graph.typeOf(c.input(2))] })
        : undefined,
    ];
  };

export const scatterElements = scatter('ScatterElements', 'GatherElements');
export const scatterNd = scatter('ScatterND', 'GatherND');
