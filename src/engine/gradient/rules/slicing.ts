import { l10n } from '../../../protocol/l10n';
import { constantInts } from '../../graph/constants';
import { frontAxis } from '../../graph/dims';
import type { Shape } from '../../graph/graph';
import { type Rule, type RuleContext, refuse } from '../rule';
import { takeBack } from './takeBack';
import { type AxisPad, zeroPad } from './zeroPad';

/** A slice along one axis. Bounds are constants, or undefined where they are known only when the graph runs. */
interface AxisSlice {
  axis: number;
  /** Its place in the operator's lists. */
  place: number;
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
      return refuse(c, l10n`with a step over an axis of open size`);
    const first =
      step > 0 ? Math.min(frontAxis(start, size), size) : Math.min(frontAxis(start, size), size - 1);
    const count = c.shape(gradient)[axis] as number;
    const taken = Array.from({ length: count }, (_, i) => Math.max(0, first) + i * step);
    gradient = takeBack(c, gradient, { axis, size, taken });
  }
  const plain = slices.filter(({ step, axis }) => step === 1 && !isWhole(c, shape, axis));
  if (plain.length === 0) return [gradient];
  const pads = plain.map((part) => cutAway(c, gradient, part));
  return [zeroPad(c, gradient, pads, shape)];
};

/** Whether nothing was cut from an axis. */
const isWhole = (c: RuleContext, shape: Shape, axis: number) => c.shape(c.output(0))[axis] === shape[axis];

function readSlices(c: RuleContext): AxisSlice[] {
  const starts = constantInts(c.graph, c.node.inputs[1]);
  const rank = c.shape(c.input(0)).length;
  const count = Number(c.shape(c.input(1))[0]);
  const axes = c.has(3) ? constantInts(c.graph, c.input(3)) : Array.from({ length: count }, (_, i) => i);
  const steps = c.has(4) ? constantInts(c.graph, c.input(4)) : Array.from({ length: count }, () => 1);
  if (!axes || !steps) return refuse(c, l10n`with axes or steps that are known only when it runs`);
  return axes.map((axis, i) => ({
    axis: frontAxis(axis, rank),
    place: i,
    start: starts?.[i],
    step: steps[i]!,
  }));
}

/** Zeros where a plain slice cut along one axis: before = start, counted from the front; after = the rest. */
function cutAway(c: RuleContext, gradient: string, { axis, start, place }: AxisSlice): AxisPad {
  const { build } = c;
  const [size, length] = [c.shape(c.input(0))[axis], c.shape(gradient)[axis]];
  if (start !== undefined && typeof size === 'number' && typeof length === 'number') {
    const before = Math.min(size, Math.max(0, frontAxis(start, size)));
    return { axis, before, after: size - before - length };
  }
  const ints = (operator: string, inputs: string[]) =>
    build.add(operator, inputs, { types: [{ type: 'int64', shape: [1] }] });
  const open = c.sizes.size(c.input(0), axis);
  const zero = build.ints([0]);
  const before = () => {
    const given =
      start === undefined ? ints('Gather', [c.input(1), build.ints([place])]) : build.ints([start]);
    if (start !== undefined && start >= 0) return given;
    const negative = build.add('Less', [given, zero], { types: [{ type: 'bool', shape: [1] }] });
    const front = ints('Where', [negative, ints('Add', [given, open]), given]);
    return ints('Min', [ints('Max', [front, zero]), open]);
  };
  const first = before();
  const after = ints('Sub', [ints('Sub', [open, first]), c.sizes.size(gradient, axis)]);
  return { axis, before: first, after };
}
