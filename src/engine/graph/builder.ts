import { floatsInitializer, intsInitializer } from './constants';
import {
  type Attribute,
  type ElementType,
  Graph,
  type Initializer,
  type Node,
  type Shape,
  type TensorType,
} from './graph';
import { inferTypes } from './shapeInference';

interface AddOptions {
  domain?: string;
  attributes?: Record<string, Attribute | number>;
  /** How many of the operator's outputs are made; one unless told. */
  outputs?: number;
  /** Base of the node's and its values' names; the operator unless told. */
  name?: string;
  /** Types of the outputs, where they cannot be inferred because a shape is known only when the graph runs. */
  types?: readonly TensorType[];
}

/** Adds nodes to a graph; names are made unique and shapes inferred as it goes. */
export class GraphBuilder {
  private readonly used = new Map<string, number>();
  private readonly constants = new Map<string, string>();

  constructor(readonly graph: Graph) {
    for (const name of graph.values.keys()) {
      this.used.set(name, 1);
      // The value of a node that is gone: its name would make the same value again.
      this.used.set(name.replace(/:\d+$/, ''), 1);
    }
    for (const node of graph.nodes) this.used.set(node.name, 1);
  }

  input(name: string, type: ElementType, shape: Shape): string {
    this.used.set(name, 1);
    this.graph.inputs.push(name);
    this.graph.values.set(name, { type, shape });
    return name;
  }

  initializer(name: string, initializer: Initializer): string {
    const unique = this.unique(name);
    this.graph.initializers.set(unique, initializer);
    this.graph.values.set(unique, { type: initializer.type, shape: initializer.shape });
    return unique;
  }

  /** A weight of the checkpoint by its name; asked for again, the same initializer. */
  weight(name: string, shape: readonly number[], type: ElementType = 'float32'): string {
    return this.shared(
      `weight ${name}`,
      () => ({
        type,
        shape,
        data: { kind: 'checkpoint', tensor: name },
      }),
      name,
    );
  }

  /** An int64 constant; equal ones are shared. */
  ints(values: readonly number[]): string {
    return this.shared(`ints ${values}`, () => intsInitializer(values));
  }

  /** A float32 scalar; equal ones are shared. */
  scalar(value: number): string {
    return this.shared(`scalar ${value}`, () => floatsInitializer([value], []));
  }

  /** float32 ones, [size]; equal ones are shared. */
  ones(size: number): string {
    return this.shared(`ones ${size}`, () => floatsInitializer(new Float32Array(size).fill(1), [size]));
  }

  /** Adds a node and answers its first output. */
  add(op: string, inputs: string[], options: AddOptions = {}): string {
    return this.addMany(op, inputs, options)[0]!;
  }

  /** Adds a node and answers all its outputs. A plain number as attribute is an int. */
  addMany(op: string, inputs: string[], options: AddOptions = {}): string[] {
    const name = this.unique(options.name ?? op);
    const count = options.outputs ?? 1;
    const outputs = Array.from({ length: count }, (_, i) => (i === 0 ? `${name}:0` : `${name}:${i}`));
    const attributes: Record<string, Attribute> = {};
    for (const [key, value] of Object.entries(options.attributes ?? {})) {
      attributes[key] = typeof value === 'number' ? { kind: 'int', value } : value;
    }
    const node: Node = { name, op, domain: options.domain ?? '', inputs, outputs, attributes };
    const types = options.types ?? inferTypes(node, this.graph);
    outputs.forEach((output, i) => {
      this.graph.values.set(output, types[i]!);
    });
    this.graph.nodes.push(node);
    return outputs;
  }

  output(value: string): void {
    if (!this.graph.outputs.includes(value)) this.graph.outputs.push(value);
  }

  private shared(key: string, make: () => Initializer, base = key.replace(/[ ,]/g, '_')): string {
    const known = this.constants.get(key);
    if (known) return known;
    const name = this.initializer(base, make());
    this.constants.set(key, name);
    return name;
  }

  private unique(name: string): string {
    const count = this.used.get(name) ?? 0;
    this.used.set(name, count + 1);
    return count === 0 ? name : this.unique(`${name}_${count}`);
  }
}

/** A fresh graph and its builder. */
export function newGraph(name: string): GraphBuilder {
  return new GraphBuilder(new Graph(name));
}
