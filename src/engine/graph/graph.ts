/** Element types that the graphs use, by ONNX's names in lower case. */
export type ElementType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int4'
  | 'uint4'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool';

/** A size, or the name of one that is known only when the graph runs (`rows`, `past + length`). */
export type Dim = number | string;
export type Shape = readonly Dim[];

export interface TensorType {
  type: ElementType;
  shape: Shape;
}

export type Attribute =
  | { kind: 'int'; value: number }
  | { kind: 'float'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'ints'; value: readonly number[] }
  | { kind: 'floats'; value: readonly number[] }
  | { kind: 'tensor'; value: Initializer }
  /** A subgraph, as `If` has them; only in graphs as they were read. */
  | { kind: 'graph'; value: Graph };

/** The standard operators have the empty domain; onnxruntime's own have `com.microsoft`. */
export const MICROSOFT = 'com.microsoft';

export interface Node {
  name: string;
  op: string;
  domain: string;
  /** Value names; an empty string is an optional input left out. */
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
}

export interface Initializer extends TensorType {
  shape: readonly number[];
  data: InitializerData;
}

export type InitializerData =
  /** Little-endian bytes in the graph file itself. */
  | { kind: 'inline'; bytes: Uint8Array }
  /** Bytes in a file beside the graph file. */
  | { kind: 'external'; file: string; offset: number; length: number }
  /** A weight of the checkpoint; the compiler turns it into `external`. */
  | { kind: 'checkpoint'; tensor: string };

/**
 * An ONNX graph in memory. Nodes stand in an order in which they can run; `values` has the type and shape of every
 * value that a node, an input or an initializer makes.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs: string[] = [];
  readonly outputs: string[] = [];
  readonly initializers = new Map<string, Initializer>();
  readonly values = new Map<string, TensorType>();
  /** Elements of integer values that are known before the graph runs, such as shapes: row-major. */
  readonly elements = new Map<string, readonly Dim[]>();

  constructor(readonly name: string) {}

  /** Type and shape of a value; a name that nothing makes is a bug of the caller. */
  typeOf(value: string): TensorType {
    const type = this.values.get(value);
    if (!type) throw new Error(`graph ${this.name} has no value "${value}"`);
    return type;
  }

  shapeOf(value: string): Shape {
    return this.typeOf(value).shape;
  }

  /** The node that makes each value. */
  producers(): Map<string, Node> {
    const producers = new Map<string, Node>();
    for (const node of this.nodes) for (const output of node.outputs) if (output) producers.set(output, node);
    return producers;
  }
}

/** An integer attribute, or its default. */
export function intAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' ? attribute.value : fallback;
}

export function floatAttribute(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'float' ? attribute.value : fallback;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

export function stringAttribute(node: Node, name: string, fallback: string): string {
  const attribute = node.attributes[name];
  return attribute?.kind === 'string' ? attribute.value : fallback;
}
