import type { GraphBuilder } from '../../graph/builder';
import { MICROSOFT } from '../../graph/graph';
import { type KeyValuePorts, SIZES } from '../languageModel';
import { linear, type Norm, normalise, softCap, swapHeads } from './blocks';
import type { SidePorts } from './sidePorts';

export interface SelfAttention {
  hiddenSize: number;
  heads: number;
  /** Fewer than heads: several query heads look at one (Ainslie et al., 2023). */
  keyValueHeads: number;
  headSize: number;
  /** Scores are multiplied with this; 1 / √head size unless told. */
  scale?: number;
  /** Biases of the query, key and value products, and of the output product. */
  inputBias?: boolean;
  outputBias?: boolean;
  /** Queries and keys are normalised head by head. */
  headNorm?: Norm;
  /** Scores are bounded softly. */
  softCap?: number;
  /** Rotary table, and how many values of a head turn: all unless told. */
  rotary?: { table: number; size?: number };
  /** A token sees no further back than this. */
  window?: number;
}

/**
 * Attention with an optional cache before the rows. Weights are `name.query`, `.key`, `.value`, `.output`, and
 * `.queryNorm`, `.keyNorm` for normalised heads.
 *
 * @param value [rows, length, hidden size], normalised already where the family does so
 * @param past none: the model has no cache
 * @param shared whether rows may look back at the first one
 * @param bias added to the scores, which are [rows, heads, length, past + length]
 */
export function selfAttention(
  build: GraphBuilder,
  side: SidePorts,
  a: SelfAttention,
  {
    name,
    value,
    past,
    shared,
    bias,
  }: { name: string; value: string; past?: KeyValuePorts; shared?: boolean; bias?: string },
): { output: string; present: KeyValuePorts } {
  const { heads, keyValueHeads, headSize, hiddenSize } = a;
  const project = (part: string, count: number) =>
    linear(build, value, `${name}.${part}`, { size: [count * headSize, hiddenSize], bias: a.inputBias });
  const turned = (part: 'query' | 'key', count: number) =>
    rotate(
      build,
      side,
      a,
      normaliseHeads(build, a, project(part, count), `${name}.${part}Norm`, count),
      count,
    );
  const byHead = (states: string, count: number) =>
    swapHeads(build, build.add('Reshape', [states, build.ints([0, 0, count, headSize])]));
  const forAllRows = (before: string) => build.add('Expand', [before, side.rowsShape()]);
  const ofFirstRow = (states: string) =>
    build.add('Slice', [states, build.ints([0, 0]), side.sharedEnd(), build.ints([0, 2])], {
      types: [{ type: 'float32', shape: [1, keyValueHeads, SIZES.shared, headSize] }],
    });
  const afterPast = (before: string | undefined, states: string) => {
    if (before === undefined) return states;
    const parts = [before, ...(shared ? [ofFirstRow(states)] : [])].map(forAllRows);
    return build.add('Concat', [...parts, states], { attributes: { axis: 2 } });
  };

  const queries = byHead(turned('query', heads), heads);
  const keys = afterPast(past?.keys, byHead(turned('key', keyValueHeads), keyValueHeads));
  const values = afterPast(past?.values, byHead(project('value', keyValueHeads), keyValueHeads));
  const mixed = attend(build, a, { queries, keys, values, mask: side.mask(a.window), bias });
  const output = linear(build, mixed, `${name}.output`, {
    size: [hiddenSize, heads * headSize],
    bias: a.outputBias,
  });
  return { output, present: { keys, values } };
}

/**
 * softmax(q kᵀ · scale + mask) v, heads side by side again: [rows, length, heads · head size]. `bias` is added to the
 * scores beside the mask.
 */
export function attend(
  build: GraphBuilder,
  a: Pick<SelfAttention, 'heads' | 'keyValueHeads' | 'headSize' | 'scale' | 'softCap'>,
  ports: { queries: string; keys: string; values: string; mask: string; bias?: string },
): string {
  const { heads, keyValueHeads, headSize } = a;
  // Query heads that share a key head are stacked along the tokens, so that keys need not be repeated.
  const grouped = heads !== keyValueHeads;
  const regroup = (value: string, shape: readonly number[]) =>
    grouped ? build.add('Reshape', [value, build.ints(shape)]) : value;
  const alpha = { kind: 'float' as const, value: a.scale ?? 1 / Math.sqrt(headSize) };
  const scores = build.add(
    'FusedMatMul',
    [regroup(ports.queries, [0, keyValueHeads, -1, headSize]), ports.keys],
    { domain: MICROSOFT, attributes: { transB: 1, alpha } },
  );
  const byQueryHead = regroup(scores, [0, heads, -1, 0]);
  const capped = a.softCap === undefined ? byQueryHead : softCap(build, byQueryHead, a.softCap);
  const biased = ports.bias === undefined ? capped : build.add('Add', [capped, ports.bias]);
  const masked = build.add('Add', [biased, ports.mask]);
  const probabilities = build.add('Softmax', [masked], { attributes: { axis: -1 } });
  const weights = regroup(probabilities, [0, keyValueHeads, -1, 0]);
  const mixed = regroup(build.add('MatMul', [weights, ports.values]), [0, heads, -1, headSize]);
  return build.add('Reshape', [swapHeads(build, mixed), build.ints([0, 0, heads * headSize])]);
}

/** Of [rows, length, count · head size], each head by itself. */
function normaliseHeads(
  build: GraphBuilder,
  { headNorm, headSize }: SelfAttention,
  value: string,
  name: string,
  count: number,
): string {
  if (!headNorm) return value;
  const heads = build.add('Reshape', [value, build.ints([0, 0, count, headSize])]);
  const normal = normalise(build, headNorm, heads, name, headSize);
  return build.add('Reshape', [normal, build.ints([0, 0, count * headSize])]);
}

function rotate(
  build: GraphBuilder,
  side: SidePorts,
  { rotary, headSize }: SelfAttention,
  value: string,
  count: number,
): string {
  if (!rotary) return value;
  const size = rotary.size ?? headSize;
  const { cosines, sines } = side.rotary(rotary.table, size / 2);
  const attributes: Record<string, number> =
    size === headSize ? {} : { rotary_embedding_dim: size, num_heads: count };
  return build.add('RotaryEmbedding', [value, side.positions(), cosines, sines], {
    domain: MICROSOFT,
    attributes,
  });
}
