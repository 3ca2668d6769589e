import { extract } from '../../graph/extract';
import { sizeValue } from '../../graph/fold/sizeValues';
import type { Graph, Node } from '../../graph/graph';
import { type KeyValuePorts, SIZES, type SidePort, type Stage } from '../languageModel';
import { narrowPlaces, nodesBetween } from './path';

/** A model's graph between embeddings and last hidden states, cut into layers. */
export interface LayeredGraph {
  graph: Graph;
  /** The stream of hidden states before each layer, and after the last. */
  cuts: readonly string[];
  side: readonly SidePort[];
  /** A pair a layer; none where the model has no cache. */
  past: readonly KeyValuePorts[];
  present: readonly KeyValuePorts[];
  /** A pair a layer, in a decoder: what its encoder has made of the text. */
  source?: readonly KeyValuePorts[];
  /** In an encoder: what its last layer hands to the decoder's layers. */
  handedOn?: readonly KeyValuePorts[];
}

/**
 * Finds between two attentions the last place that all else goes through: that is where a layer ends. The last layer
 * ends at `states`, which the output matrix is multiplied with; or before them, where they are narrower than the
 * layers are (ALBERT). undefined: there is no such place between some two of them.
 */
export function findCuts(
  graph: Graph,
  hidden: string,
  states: string,
): { cuts: string[]; softmax: Node[] } | undefined {
  const path = nodesBetween(graph, hidden, states);
  const places = narrowPlaces(path, hidden, states).filter(({ value }) => {
    const { shape } = graph.typeOf(value);
    return shape.length === 3 && shape[1] === SIZES.length;
  });
  // Attention to what an encoder has read comes second in its layer.
  const own = ({ op, inputs }: Node) => op === 'Softmax' && graph.shapeOf(inputs[0]!).at(-1) !== SIZES.source;
  const attentions = path.flatMap((node, index) => (own(node) ? [index] : []));
  const last = attentions.length - 1;
  const widthOf = (value: string) => graph.shapeOf(value).at(-1);
  const before = places.filter(
    ({ index }) => last > 0 && index > attentions[last - 1]! && index < attentions[last]!,
  );
  const width = widthOf(before.at(-1)?.value ?? states);
  const cuts = [hidden];
  for (let layer = 1; layer <= attentions.length; layer++) {
    const [from, to] = [attentions[layer - 1]!, attentions[layer] ?? path.length];
    const ends = places.filter(({ value, index }) => index > from && index < to && widthOf(value) === width);
    const end = layer === attentions.length && widthOf(states) === width ? states : ends.at(-1)?.value;
    if (end === undefined) return undefined;
    cuts.push(end);
  }
  return { cuts, softmax: attentions.map((index) => path[index]!) };
}

/** Layers `from` to `to` (not included) as a graph of their own. */
export function stageOf(layered: LayeredGraph, from: number, to: number): Stage {
  const { graph, cuts, side } = layered;
  const [hidden, output] = [cuts[from]!, cuts[to]!];
  const past = layered.past.slice(from, to);
  const last = to === cuts.length - 1;
  const present = [...layered.present.slice(from, to), ...(last ? (layered.handedOn ?? []) : [])];
  const source = layered.source?.slice(from, to);
  const names = (pairs: readonly KeyValuePorts[]) => pairs.flatMap(({ keys, values }) => [keys, values]);
  const nodes = [...sizeNodes(layered, past[0], source?.[0]), ...graph.nodes].map((node) => ({ ...node }));
  const stage = extract(graph, `layers ${from} to ${to - 1}`, {
    nodes,
    inputs: [hidden, ...side.map(({ name }) => name), ...names(past), ...names(source ?? [])],
    outputs: [output, ...names(present)],
  });
  const used = side.filter(({ name }) => stage.inputs.includes(name));
  return {
    graph: stage,
    ports: { hidden, side: used, past, present, ...(source ? { source } : {}), output },
  };
}

/** Nodes that read named sizes off the ports. */
function sizeNodes({ graph, side }: LayeredGraph, past?: KeyValuePorts, source?: KeyValuePorts): Node[] {
  const positions = side.find(({ kind }) => kind === 'positions')?.name;
  const sources: [string, string | undefined, number][] = [
    [SIZES.rows, positions, 0],
    [SIZES.length, positions, 1],
    [SIZES.past, past?.keys, 2],
    [SIZES.source, source?.keys, 2],
  ];
  return sources.flatMap(([size, source, axis]): Node[] => {
    const value = sizeValue(size);
    if (!source || !graph.values.has(value)) return [];
    const attributes = {
      start: { kind: 'int', value: axis },
      end: { kind: 'int', value: axis + 1 },
    } as const;
    return [{ name: value, op: 'Shape', domain: '', inputs: [source], outputs: [value], attributes }];
  });
}
