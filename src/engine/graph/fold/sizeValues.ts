import { intsInitializer } from '../constants';
import { sizeTerms } from '../dims';
import type { Dim, Graph, Node } from '../graph';
import type { Known } from './known';

/** Value, int64 [1], that holds a named size when the graph runs. Whoever runs the graph adds what makes it. */
export const sizeValue = (name: string): string => `size of ${name}`;

/**
 * Nodes that compute a known value with named sizes in it when the graph runs, from the sizes' values: a sum of
 * products an element. The last node makes `output`.
 */
export function computeKnown(graph: Graph, { type, shape, elements }: Known, output: string): Node[] {
  const nodes: Node[] = [];
  const make = (op: string, inputs: string[], attributes: Node['attributes'] = {}) => {
    const value = `${output}/${op} ${nodes.length}`;
    nodes.push({ name: value, op, domain: '', inputs, outputs: [value], attributes });
    graph.values.set(value, { type: 'int64', shape: [1] });
    return value;
  };
  const constant = (values: readonly number[]) => {
    const name = `ints ${values}`;
    if (!graph.initializers.has(name)) {
      const initializer = intsInitializer(values);
      graph.initializers.set(name, initializer);
      graph.values.set(name, initializer);
    }
    return name;
  };
  const element = (dim: Dim): string => {
    if (typeof dim === 'number') return constant([dim]);
    const terms = sizeTerms(dim).map(({ names, by }) => {
      for (const name of names) graph.values.set(sizeValue(name), { type: 'int64', shape: [1] });
      const factors = [...names.map(sizeValue), ...(by === 1 && names.length > 0 ? [] : [constant([by])])];
      return factors.reduce((a, b) => make('Mul', [a, b]));
    });
    return terms.reduce((a, b) => make('Add', [a, b]));
  };
  const parts = elements.map(element);
  const joined = make('Concat', parts, { axis: { kind: 'int', value: 0 } });
  graph.values.set(joined, { type: 'int64', shape: [elements.length] });
  const reshaped = make('Reshape', [joined, constant(shape)]);
  graph.values.set(reshaped, { type: 'int64', shape });
  const to = type === 'int32' ? 6 : 7;
  nodes.push({
    name: output,
    op: 'Cast',
    domain: '',
    inputs: [reshaped],
    outputs: [output],
    attributes: { to: { kind: 'int', value: to } },
  });
  return nodes;
}
