import { MICROSOFT } from '../graph';
import type { ExpansionContext, MaskNeed } from './expansion';

/** Queries, keys and values by head: [rows, heads, tokens, size]; keys and values may have fewer heads. */
export interface Attended {
  queries: string;
  keys: string;
  values: string;
}

export interface AttentionForm {
  heads: number;
  keyValueHeads: number;
  headSize: number;
  valueSize: number;
  scale: number;
  /** Scores are bent to lie between -softcap and softcap; 0: they are not. */
  softcap?: number;
  need: MaskNeed;
  /** Added to the scores beside the mask: [1 or rows, 1 or heads, length, length + past]. */
  bias?: string;
}

/** [rows, length, heads · size] to [rows, heads, length, size]. */
export function byHead({ build }: ExpansionContext, value: string, heads: number, size: number): string {
  return swapHeads(build, build.add('Reshape', [value, build.ints([0, 0, heads, size])]));
}

const swapHeads = (build: ExpansionContext['build'], value: string) =>
  build.add('Transpose', [value], { attributes: { perm: { kind: 'ints', value: [0, 2, 1, 3] } } });

/** Keys or values [rows, heads, length, size] behind those of the past, which may be shared by all rows. */
export function afterPast(
  { build, ports }: ExpansionContext,
  past: string | undefined,
  value: string,
): string {
  if (!past) return value;
  const rowsShape = ports.rowsShape();
  const before = rowsShape ? build.add('Expand', [past, rowsShape]) : past;
  return build.add('Concat', [before, value], { attributes: { axis: 2 } });
}

/**
 * softmax(scale · Q Kᵀ + bias + mask) V, back in the form [rows, length, heads · size]. Query heads that share a
 * key head are stacked along the tokens, so that keys and values need not be repeated.
 */
export function attend(
  c: ExpansionContext,
  { queries, keys, values }: Attended,
  form: AttentionForm,
): string {
  const { build } = c;
  const { heads, keyValueHeads, headSize, valueSize, scale, softcap = 0, need, bias } = form;
  const shared = heads !== keyValueHeads;
  const reshaped = (value: string, shape: number[]) =>
    shared ? build.add('Reshape', [value, build.ints(shape)]) : value;

  const stacked = reshaped(queries, [0, keyValueHeads, -1, headSize]);
  const alpha = softcap > 0 ? scale / softcap : scale;
  const products = build.add('FusedMatMul', [stacked, keys], {
    domain: MICROSOFT,
    attributes: { transB: 1, alpha: { kind: 'float', value: alpha } },
  });
  let scores = reshaped(products, [0, heads, -1, 0]);
  if (softcap > 0) scores = build.add('Mul', [build.add('Tanh', [scores]), build.scalar(softcap)]);
  for (const addend of [bias, c.ports.mask(need, c.node)]) {
    if (addend) scores = build.add('Add', [scores, addend]);
  }
  const probabilities = build.add('Softmax', [scores], { attributes: { axis: -1 } });
  const mixed = build.add('MatMul', [reshaped(probabilities, [0, keyValueHeads, -1, 0]), values]);
  const byQueryHead = reshaped(mixed, [0, heads, -1, valueSize]);
  return build.add('Reshape', [swapHeads(build, byQueryHead), build.ints([0, 0, heads * valueSize])]);
}
