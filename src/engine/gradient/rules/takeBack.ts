import type { RuleContext } from '../rule';
import { zeroPad } from './zeroPad';

/**
 * Undoes the taking of some places of an axis: gradients go back to where they were `taken` from, each place at most
 * once, and all other places get zero. One zero is put behind, which those others read.
 */
export function takeBack(
  c: RuleContext,
  gradient: string,
  { axis, size, taken }: { axis: number; size: number; taken: readonly number[] },
): string {
  const { build } = c;
  const { type, shape } = c.graph.typeOf(gradient);
  const resized = (length: number) => [{ type, shape: shape.map((dim, i) => (i === axis ? length : dim)) }];
  const nothing = taken.length;
  const places = Array.from({ length: size }, (_, place) => {
    const at = taken.indexOf(place);
    return at < 0 ? nothing : at;
  });
  const padded = places.includes(nothing)
    ? zeroPad(c, gradient, [{ axis, before: 0, after: 1 }], resized(nothing + 1)[0]!.shape)
    : gradient;
  return build.add('Gather', [padded, build.ints(places)], { attributes: { axis }, types: resized(size) });
}
