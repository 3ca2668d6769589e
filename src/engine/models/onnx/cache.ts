import { l10n } from '../../../protocol/l10n';
import type { GraphBuilder } from '../../graph/builder';
import type { Graph } from '../../graph/graph';
import type { KeyValuePorts } from '../languageModel';
import { replaceValue } from './path';
import type { ImportPorts } from './sidePorts';
import { takeOriginal, unsupported } from './unsupported';

/** Cache inputs hold one row for all; where the graph joins them with the rows' own they are widened first. */
export function widenPast(
  build: GraphBuilder,
  ports: ImportPorts,
  past: readonly KeyValuePorts[],
): Map<string, string> {
  const { graph } = build;
  const widened = new Map<string, string>();
  for (const name of past.flatMap(({ keys, values }) => [keys, values])) {
    const { type, shape } = graph.typeOf(name);
    graph.values.set(name, { type, shape: [1, ...shape.slice(1)] });
    const known = graph.nodes.find(
      ({ op, inputs }) => op === 'Expand' && inputs[0] === name && inputs[1] === ports.rowsShape(),
    );
    const wide =
      known?.outputs[0] ?? build.add('Expand', [name, ports.rowsShape()!], { name: `${name} widened` });
    widened.set(name, wide);
    const maker = graph.nodes.find(({ outputs }) => outputs.includes(wide));
    replaceValue(graph, name, wide, maker);
  }
  return widened;
}

/** The cache's inputs and outputs in the order in which the graph uses them. */
export function cacheInOrder(
  graph: Graph,
  past: readonly KeyValuePorts[],
  widened: ReadonlyMap<string, string>,
) {
  const joined = (name: string) => {
    const at = graph.nodes.findIndex(({ op, inputs }) => op === 'Concat' && inputs[0] === widened.get(name));
    if (at < 0) throw unsupported(l10n`Its cache is not used as a cache.`, name, takeOriginal());
    return { at, value: graph.nodes[at]!.outputs[0]! };
  };
  const layers = past
    .map((ports) => ({ ports, keys: joined(ports.keys), values: joined(ports.values) }))
    .sort((a, b) => a.keys.at - b.keys.at);
  return {
    past: layers.map(({ ports }) => ports),
    present: layers.map(({ keys, values }) => ({ keys: keys.value, values: values.value })),
  };
}

/** Keys and values in the order in which the layers read them. */
export function inOrderOfUse(graph: Graph, pairs: readonly KeyValuePorts[]): KeyValuePorts[] {
  const place = ({ keys }: KeyValuePorts) => graph.nodes.findIndex(({ inputs }) => inputs.includes(keys));
  return [...pairs].sort((a, b) => place(a) - place(b));
}
