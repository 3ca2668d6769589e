import type { Graph, TensorType } from '../../graph/graph';
import type { KeyValuePorts } from '../languageModel';

/** What the inputs of an exported graph are for. */
export interface InputRoles {
  tokens: string;
  attentionMask?: string;
  positions?: string;
  /** Which of two texts a token belongs to (BERT). */
  segments?: string;
  /** Whether a merged decoder has a cache to look at. */
  useCache?: string;
  past: KeyValuePorts[];
  /**
   * Keys and values of what an encoder has read, for a decoder that looks at it; its states; and which of it is real.
   */
  source: KeyValuePorts[];
  sourceStates?: string;
  sourceMask?: string;
  others: string[];
}

const INTEGERS = new Set(['int64', 'int32']);

/** Exporters agree on these names. */
const NAMES = {
  tokens: /^(.*[/.])?(input_ids|tokens|input)$/i,
  attentionMask: /attention_mask|input_mask|padding_mask/i,
  positions: /position_ids|positions/i,
  segments: /token_type_ids|segment_ids/i,
  sourceMask: /encoder_attention_mask/i,
  sourceStates: /encoder_hidden_states|encoder_outputs/i,
} as const;

/** Caches of a decoder's own tokens, and of what its encoder has read, have the same form. */
export const OF_SOURCE = /encoder/i;

/** Finds out what the inputs are for: by type and rank, and where several are alike by their usual names. */
export function inputRoles(graph: Graph): InputRoles | undefined {
  const typeOf = (name: string) => graph.typeOf(name);
  const integers = graph.inputs.filter(
    (name) => INTEGERS.has(typeOf(name).type) && typeOf(name).shape.length === 2,
  );
  const named = (role: keyof typeof NAMES, among: readonly string[]) =>
    among.find((name) => NAMES[role].test(name));
  const rectangles = graph.inputs.filter((name) => typeOf(name).shape.length === 2);
  const sourceMask = named('sourceMask', rectangles);
  const attentionMask = named(
    'attentionMask',
    rectangles.filter((name) => name !== sourceMask),
  );
  const sourceStates = named('sourceStates', graph.inputs);
  const free = integers.filter((name) => name !== attentionMask && name !== sourceMask);
  const positions = named('positions', free);
  const segments = named('segments', free);
  const left = free.filter((name) => name !== positions && name !== segments);
  const tokens = named('tokens', left) ?? (left.length === 1 ? left[0] : undefined);
  if (!tokens) return undefined;
  const useCache = graph.inputs.find(
    (name) => typeOf(name).type === 'bool' && typeOf(name).shape.length <= 1,
  );
  const past = cacheInputs(graph, (name) => !OF_SOURCE.test(name));
  const source = cacheInputs(graph, (name) => OF_SOURCE.test(name));
  const known = [
    tokens,
    attentionMask,
    positions,
    segments,
    useCache,
    sourceMask,
    sourceStates,
    ...[...past, ...source].flatMap((p) => [p.keys, p.values]),
  ];
  return {
    tokens,
    attentionMask,
    positions,
    segments,
    useCache,
    past,
    source,
    sourceStates,
    sourceMask,
    others: graph.inputs.filter((name) => !known.includes(name)),
  };
}

/** Float inputs of rank 4, those of them that are `chosen` by name, as keys and values. */
function cacheInputs(graph: Graph, chosen: (name: string) => boolean): KeyValuePorts[] {
  const caches = graph.inputs.filter((name) => {
    const { type, shape }: TensorType = graph.typeOf(name);
    return type.startsWith('float') && shape.length === 4 && chosen(name);
  });
  return pairedByLayer(caches);
}

/** Names of keys and values as pairs, in the order of the layers' numbers in them; none where one is missing. */
export function pairedByLayer(names: readonly string[]): KeyValuePorts[] {
  const layers = new Map<number, Partial<KeyValuePorts>>();
  for (const name of names) {
    const layer = Number(/\d+/.exec(name)?.[0] ?? Number.NaN);
    const part = PARTS.find(([, pattern]) => pattern.test(name))?.[0];
    if (part && !Number.isNaN(layer)) layers.set(layer, { ...layers.get(layer), [part]: name });
  }
  const pairs = [...layers].sort(([a], [b]) => a - b).map(([, pair]) => pair);
  return pairs.every((pair): pair is KeyValuePorts => Boolean(pair.keys && pair.values)) ? pairs : [];
}

const PARTS = [
  ['keys', /(^|[._/])(k|key|keys)$/i],
  ['values', /(^|[._/])(v|value|values)$/i],
] as const;
