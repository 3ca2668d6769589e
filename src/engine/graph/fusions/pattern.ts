import { constantNumber } from '../constants';
import type { Graph, Node } from '../graph';

/** What a value must be made of. Patterns are matched from a result backwards to what it was computed from. */
export type Pattern =
  | { kind: 'anything' }
  /** Any value; the same name stands for the same value wherever it comes up. */
  | { kind: 'value'; name: string }
  /** A constant scalar: one that is given, or any, by a name. */
  | { kind: 'number'; is: number | string }
  /** Output `index` of an operator, by a name; outputs of one operator in a pattern come from one node. */
  | { kind: 'output'; op: string; index: number; name: string }
  /** One of several ways to write something. */
  | { kind: 'either'; patterns: readonly Pattern[] }
  /** An operator of the standard domain. Sums and products match in either order. */
  | { kind: 'node'; op: string; inputs: readonly Pattern[]; only?: (node: Node, graph: Graph) => boolean };

/** What the names of a pattern stand for. */
export interface Found {
  values: Readonly<Record<string, string>>;
  numbers: Readonly<Record<string, number>>;
}

export const anything: Pattern = { kind: 'anything' };
export const value = (name: string): Pattern => ({ kind: 'value', name });
export const number = (is: number | string): Pattern => ({ kind: 'number', is });
export const output = (op: string, index: number, name: string): Pattern => ({
  kind: 'output',
  op,
  index,
  name,
});
export const either = (...patterns: Pattern[]): Pattern => ({ kind: 'either', patterns });
export const node = (op: string, ...inputs: Pattern[]): Pattern => ({ kind: 'node', op, inputs });

const COMMUTATIVE: ReadonlySet<string> = new Set(['Add', 'Mul']);

/** Exporters round constants such as √(2/π) to the precision of their floats. */
const TOLERANCE = 1e-4;

/** Finds a pattern behind a value; undefined where it does not match. */
export function match(
  pattern: Pattern,
  name: string,
  within: { graph: Graph; producers: ReadonlyMap<string, Node> },
  found: Found = { values: {}, numbers: {} },
): Found | undefined {
  const { graph, producers } = within;
  switch (pattern.kind) {
    case 'anything':
      return found;
    case 'value': {
      const same = seenThrough(name, within);
      const known = found.values[pattern.name];
      if (known !== undefined) return known === same ? found : undefined;
      return { ...found, values: { ...found.values, [pattern.name]: same } };
    }
    case 'number': {
      const constant = constantNumber(graph, name);
      if (constant === undefined) return undefined;
      if (typeof pattern.is === 'string') {
        return { ...found, numbers: { ...found.numbers, [pattern.is]: constant } };
      }
      return Math.abs(constant - pattern.is) <= TOLERANCE * Math.abs(pattern.is) ? found : undefined;
    }
    case 'output': {
      const made = producers.get(name);
      if (made?.op !== pattern.op || made.outputs[pattern.index] !== name) return undefined;
      const maker = `maker of ${pattern.op}`;
      if ((found.values[maker] ?? made.name) !== made.name) return undefined;
      return { ...found, values: { ...found.values, [pattern.name]: name, [maker]: made.name } };
    }
    case 'either':
      for (const choice of pattern.patterns) {
        const result = match(choice, name, within, found);
        if (result) return result;
      }
      return undefined;
    case 'node': {
      const made = producers.get(seenThrough(name, within));
      if (!made || made.op !== pattern.op || made.domain !== '') return undefined;
      if (pattern.only && !pattern.only(made, graph)) return undefined;
      if (made.inputs.length !== pattern.inputs.length) return undefined;
      const orders = [made.inputs];
      if (COMMUTATIVE.has(made.op)) orders.push([...made.inputs].reverse());
      for (const inputs of orders) {
        const result = pattern.inputs.reduce<Found | undefined>(
          (so, part, i) => so && match(part, inputs[i]!, within, so),
          found,
        );
        if (result) return result;
      }
      return undefined;
    }
  }
}

/** A value behind the nodes that only pass it on. */
function seenThrough(
  name: string,
  { graph, producers }: { graph: Graph; producers: ReadonlyMap<string, Node> },
): string {
  let value = name;
  for (let made = producers.get(value); made; made = producers.get(value)) {
    const input = made.inputs[0];
    if (!input || !passesOn(made, graph)) break;
    value = input;
  }
  return value;
}

function passesOn({ op, inputs, outputs }: Node, { values }: Graph): boolean {
  if (op === 'Identity') return true;
  return op === 'Cast' && values.get(inputs[0]!)?.type === values.get(outputs[0]!)?.type;
}
