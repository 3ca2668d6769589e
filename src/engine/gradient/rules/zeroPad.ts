import type { Shape } from '../../graph/graph';
import type { RuleContext } from '../rule';

/** Zeros before and behind along one axis: a number, or an int64[1] that is known only when the graph runs. */
export interface AxisPad {
  axis: number;
  before: number | string;
  after: number | string;
}

/**
 * A gradient with zeros around it, then of the given shape. Axes that are not named get none, but are listed: where
 * only some are, onnxruntime's optimiser mixes them up as it moves a Transpose past.
 */
export function zeroPad(c: RuleContext, gradient: string, pads: readonly AxisPad[], shape: Shape): string {
  const { build } = c;
  const of = (side: 'before' | 'after') =>
    shape.map((_, axis) => pads.find((pad) => pad.axis === axis)?.[side] ?? 0);
  const all = [...of('before'), ...of('after')];
  const known = all.every((count) => typeof count === 'number');
  const counts = known
    ? build.ints(all)
    : build.add(
        'Concat',
        all.map((count) => (typeof count === 'number' ? build.ints([count]) : count)),
        { attributes: { axis: 0 }, types: [{ type: 'int64', shape: [all.length] }] },
      );
  return build.add('Pad', [gradient, counts], { types: [{ type: c.graph.typeOf(gradient).type, shape }] });
}
