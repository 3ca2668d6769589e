import { constantInts } from '../../graph/constants';
import { frontAxis } from '../../graph/dims';
import type { Shape, TensorType } from '../../graph/graph';
import { type Rule, type RuleContext, refuse } from '../rule';
import { takeBack } from './takeBack';

/** A slice along one axis. Bounds are constants, or undefined where they are known only when the graph runs. */
interface AxisSlice {
  axis: number;
  start?: number;
  step: number;
}

/**
 * What was cut away gets zeros: padding for steps of 1, else each element is taken from its place in the gradient, or
 * from a zero behind it.
 */
export const slice: Rule = (c) => {
  const slices = readSlices(c);
  const shape = c.shape(c.input(0));
  let gradient = c.gradient()!;
  for (const { axis, start, step } of slices.filter((part) => part.step !== 1)) {
    const size = shape[axis];
    if (typeof size !== 'number' || start === undefined)
      return refuse(c, 'with a step over an axis of open size');
    const first =
      step > 0 ? Math.min(frontAxis(start, size), size) : Math.min(frontAxis(start, size), size - 1);
    const count = c.shape(gradient)[axis] as number;
    const taken = Array.from({ length: count }, (_, i) => Math.max(0, first) + i * step);
    gradient = takeBack(c, gradient, { axis, size, taken });
  }
  const plain = slices.filter(({ step, axis }) => step === 1 && !isWhole(c, shape, axis));
  return [plain.length > 0 ? padBack(c, gradient, plain) : gradient];
};

/** Whether nothing was cut from an axis. */
const isWhole = (c: RuleContext, shape: Shape, axis: number) => c.shape(c.output(0))[axis] === shape[axis];

function readSlices(c: RuleContext): AxisSlice[] {
  const starts = constantInts(c.graph, c.node.inputs[1]);
  const rank = c.shape(c.input(0)).length;
  const count = Number(c.shape(c.input(1))[0]);
  const axes = c.has(3) ? constantInts(c.graph, c.input(3)) : Array.from({ length: count }, (_, i) => i);
  const steps = c.has(4) ? constantInts(c.graph, c.input(4)) : Array.from({ length: count }, () => 1);
  if (!axes || !steps) return refuse(c, 'with axes or steps that are known only when it runs');
  return axes.map((axis, i) => ({ axis: frontAxis(axis, rank), start: starts?.[i], step: steps[i]! }));
}

/** Zeros before and behind along each axis. */
function padBack(c: RuleContext, gradient: string, slices: readonly AxisSlice[]): string {
  const { build } = c;
  const x = c.input(0);
  const axes = slices.map(({ axis }) => axis);
  const known = slices.map(({ axis, start }) => {
    const [size, length] = [c.shape(x)[axis], c.shape(gradient)[axis]];
    if (start === undefined || typeof size !== 'number' || typeof length !== 'number') return undefined;
    const before = Math.min(size, Math.max(0, frontAxis(start, size)));
    return { before, after: size - before - length };
  });
  const types = [typeLike(c, gradient)];
  if (known.every((pads) => pads !== undefined)) {
    const pads = [...known.map(({ before }) => before), ...known.map(({ after }) => after)];
    return build.add('Pad', [gradient, build.ints(pads), '', build.ints(axes)], { types });
  }
  return build.add('Pad', [gradient, runTimePads(c, gradient, slices), '', build.ints(axes)], { types });
}

/** before = start, counted from the front and kept inside; after = size - before - length. int64[2 · axes] */
function runTimePads(c: RuleContext, gradient: string, slices: readonly AxisSlice[]): string {
  const { build } = c;
  const type: TensorType = { type: 'int64', shape: [slices.length] };
  const ints = (operator: string, inputs: string[]) => build.add(operator, inputs, { types: [type] });
  const sizesOf = (value: string) =>
    ints('Gather', [c.sizes.shape(value), build.ints(slices.map(({ axis }) => axis))]);
  const sizes = sizesOf(c.input(0));
  const starts = ints('Gather', [c.input(1), build.ints(positionsOf(c, slices))]);
  const negative = build.add('Less', [starts, build.ints([0])], {
    types: [{ type: 'bool', shape: type.shape }],
  });
  const front = ints('Where', [negative, ints('Add', [starts, sizes]), starts]);
  const before = ints('Min', [ints('Max', [front, build.ints([0])]), sizes]);
  const after = ints('Sub', [ints('Sub', [sizes, before]), sizesOf(gradient)]);
  return build.add('Concat', [before, after], {
    attributes: { axis: 0 },
    types: [{ type: 'int64', shape: [2 * slices.length] }],
  });
}

/** Where the chosen axes stand in the operator's lists. */
function positionsOf(c: RuleContext, slices: readonly AxisSlice[]): number[] {
  const all = readSlices(c).map(({ axis }) => axis);
  return slices.map(({ axis }) => all.indexOf(axis));
}

const typeLike = (c: RuleContext, gradient: string): TensorType => ({
  type: c.graph.typeOf(gradient).type,
  shape: c.shape(c.input(0)),
});
