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
  others: string[];
}

const INTEGERS = new Set(['int64', 'int32']);

/** Exporters agree on these names. */
const NAMES = {
  tokens: /^(.*[/.])?(input_ids|tokens|input)$/i,
  attentionMask: /attention_mask|input_mask|padding_mask/i,
  positions: /position_ids|positions/i,
  segments: /token_type_ids|segment_ids/i,
} as const;

/** Finds out what the inputs are for: by type and rank, and where several are alike by their usual names. */
export function inputRoles(graph: Graph): InputRoles | undefined {
  const typeOf = (name: string) => graph.typeOf(name);
  const integers = graph.inputs.filter(
    (name) => INTEGERS.has(typeOf(name).type) && typeOf(name).shape.length === 2,
  );
  const named = (role: keyof typeof NAMES, among: readonly string[]) =>
    among.find((name) => NAMES[role].test(name));
  const attentionMask = named(
    'attentionMask',
    graph.inputs.filter((name) => typeOf(name).shape.length === 2),
  );
  const free = integers.filter((name) => name !== attentionMask);
  const positions = named('positions', free);
  const segments = named('segments', free);
  const left = free.filter((name) => name !== positions && name !== segments);
  const tokens = named('tokens', left) ?? (left.length === 1 ? left[0] : undefined);
  if (!tokens) return undefined;
  const useCache = graph.inputs.find(
    (name) => typeOf(name).type === 'bool' && typeOf(name).shape.length <= 1,
  );
  const past = cacheInputs(graph);
  const known = [
    tokens,
    attentionMask,
    positions,
    segments,
    useCache,
    ...past.flatMap((p) => [p.keys, p.values]),
  ];
  return {
    tokens,
    attentionMask,
    positions,
    segments,
    useCache,
    past,
    others: graph.inputs.filter((name) => !known.includes(name)),
  };
}

/** Keys and values of each layer: float inputs of rank 4, in the order of the layers' numbers in their names. */
function cacheInputs(graph: Graph): KeyValuePorts[] {
  const caches = graph.inputs.filter((name) => {
    const { type, shape }: TensorType = graph.typeOf(name);
    return type.startsWith('float') && shape.length === 4;
  });
  const layers = new Map<number, Partial<KeyValuePorts>>();
  for (const name of caches) {
    const layer = Number(/\d+/.exec(name)?.[0] ?? Number.NaN);
    const part = /(^|[._/])(k|key|keys)$/i.test(name)
      ? 'keys'
      : /(^|[._/])(v|value|values)$/i.test(name)
        ? 'values'
        : undefined;
    if (part && !Number.isNaN(layer)) layers.set(layer, { ...layers.get(layer), [part]: name });
  }
  const pairs = [...layers].sort(([a], [b]) => a - b).map(([, pair]) => pair);
  return pairs.every((pair): pair is KeyValuePorts => Boolean(pair.keys && pair.values)) ? pairs : [];
}
