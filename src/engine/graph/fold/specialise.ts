import { l10n } from '../../../protocol/l10n';
import { floatsInitializer, intsInitializer } from '../constants';
import { type ElementType, Graph, type Initializer, type Node, type TensorType } from '../graph';
import type { OnnxModel } from '../readOnnx';
import { inferTypes } from '../shapeInference';
import { openBranch } from './branches';
import { canEvaluate, evaluate } from './evaluate';
import { countOf, decodeKnown, encodeKnown, type Known } from './known';
import { modernise } from './modernise';
import { shapeValue } from './shapeValue';
import { computeKnown } from './sizeValues';
import { withoutSizes } from './withoutSizes';

export interface SpecialiseOptions {
  /** Types of the inputs, in names of sizes or in numbers; inputs whose values are known have `elements` too. */
  inputs: ReadonlyMap<string, TensorType | Known>;
  /**
   * Asked of each node before it is looked at, its inputs' names resolved: the type of its first output where that
   * shall be an input of the graph from now on.
   */
  cut?(node: Node, graph: Graph): TensorType | undefined;
  /** Asked of each node before that: other nodes in its place. */
  rewrite?(node: Node, ints: (values: readonly number[]) => string): Node[] | undefined;
  /** Bytes of a small initializer that is not in the graph itself. */
  read(initializer: Initializer): Uint8Array;
  /** Values of at most this many elements are computed beforehand. */
  largest: number;
}

export interface Specialised {
  /** Nodes that must run; what is known or computed beforehand has become constants. */
  graph: Graph;
  known: ReadonlyMap<string, Known>;
  /** Values whose shape cannot be told, and why: an error only for whoever needs them. */
  failures: ReadonlyMap<string, Error>;
  /** The name under which a value of the file goes on: operators that change nothing are left out. */
  resolve(value: string): string;
}

/** Decoding more than this of a table of floats is never for a shape, and hardly for a mask. */
const FLOAT_TABLE = 65_536;

/**
 * Fixes what can be fixed of a graph: branches are chosen, integers and constants computed, half precision becomes
 * float32, and every value gets a shape in the inputs' sizes. Shapes are exact as long as they are sums and products
 * of sizes.
 */
export function specialise(model: OnnxModel, options: SpecialiseOptions): Specialised {
  return new Specialiser(model, options).run();
}

class Specialiser {
  private readonly graph: Graph;
  private readonly known = new Map<string, Known>();
  private readonly failures = new Map<string, Error>();
  private readonly reported = new Set<Error>();
  private readonly aliases = new Map<string, string>();
  private readonly initializers: Map<string, Initializer>;
  /** Known values that are computed when the graph runs, since there are names of sizes in them. */
  private readonly computed = new Set<string>();
  /** Elements computed so far. */
  private work = 0;

  constructor(
    private readonly model: OnnxModel,
    private readonly options: SpecialiseOptions,
  ) {
    this.graph = new Graph(model.graph.name);
    this.initializers = new Map(model.graph.initializers);
  }

  run(): Specialised {
    const { graph } = this;
    for (const [name, type] of this.options.inputs) {
      graph.values.set(name, { type: single(type.type), shape: type.shape });
      if ('elements' in type) this.learn(name, type);
      else graph.inputs.push(name);
    }
    for (const [name, initializer] of this.initializers) this.declare(name, initializer);
    this.walk(this.model.graph.nodes);
    graph.outputs.push(...this.model.graph.outputs.map((output) => this.resolve(output)));
    return {
      graph,
      known: this.known,
      failures: this.failures,
      resolve: (value) => this.resolve(value),
    };
  }

  private resolve(value: string): string {
    return this.aliases.get(value) ?? value;
  }

  private walk(nodes: readonly Node[]): void {
    for (const original of nodes) {
      const rewritten = this.options.rewrite?.(original, (values) => this.ints(values));
      if (rewritten) {
        this.walk(rewritten);
        continue;
      }
      const inputs = original.inputs.map((value) => this.resolve(value));
      try {
        const failed = inputs.find((value) => this.failures.has(value));
        if (failed !== undefined) throw this.failures.get(failed);
        this.visit({ ...original, inputs });
      } catch (cause) {
        const error = cause as Error;
        const said = error.message.includes(original.op) ? '' : `${original.op} ${original.name}: `;
        const failure = this.reported.has(error) ? error : new Error(`${said}${error.message}`);
        this.reported.add(failure);
        for (const output of original.outputs) this.failures.set(output, failure);
      }
    }
  }

  private visit(original: Node): void {
    const { graph } = this;
    if (original.op === 'If' && original.domain === '') {
      this.branch(original);
      return;
    }
    const cut = this.options.cut?.(original, graph);
    if (cut) {
      graph.values.set(original.outputs[0]!, cut);
      graph.inputs.push(original.outputs[0]!);
      return;
    }
    const node = modernise(original, graph, {
      opset: this.model.opset,
      ints: (values) => this.ints(values),
      float: (value) => this.constant(`float ${value}`, () => floatsInitializer([value], [])),
    });
    if (this.changesNothing(node)) {
      this.aliases.set(node.outputs[0]!, node.inputs[0]!);
      return;
    }
    const outcome = this.compute(node);
    if (outcome) {
      node.outputs.forEach((output, i) => {
        if (output && outcome[i]) this.learn(output, outcome[i]);
      });
      return;
    }
    const types = inferTypes(node, graph);
    if (RESHAPES.has(node.op) && `${types[0]?.shape}` === `${graph.shapeOf(node.inputs[0]!)}`) {
      this.aliases.set(node.outputs[0]!, node.inputs[0]!);
      return;
    }
    node.outputs.forEach((output, i) => {
      const type = types[i];
      if (output && !type) throw new Error(l10n`its output ${i} has no known type`);
      if (output) graph.values.set(output, type!);
    });
    const emitted = withoutSizes(node, graph, (values) => this.ints(values));
    for (const input of emitted.inputs) this.supply(input);
    graph.nodes.push(emitted);
  }

  private branch(node: Node): void {
    const condition = this.value(node.inputs[0]!)?.elements[0];
    if (typeof condition !== 'number')
      throw new Error(l10n`which branch it takes is known only when it runs`);
    const chosen = node.attributes[condition ? 'then_branch' : 'else_branch'];
    if (chosen?.kind !== 'graph') throw new Error(l10n`it has no such branch`);
    const { nodes, initializers, outputs } = openBranch(chosen.value, node.name);
    for (const [name, initializer] of initializers) {
      this.initializers.set(name, initializer);
      this.declare(name, initializer);
    }
    this.walk(nodes);
    node.outputs.forEach((output, i) => {
      const made = this.resolve(outputs[i]!);
      const failure = this.failures.get(made);
      if (failure) this.failures.set(output, failure);
      this.aliases.set(output, made);
    });
  }

  private changesNothing(node: Node): boolean {
    if (node.domain !== '' || !node.inputs[0]) return false;
    if (node.op === 'Identity' || node.op === 'Dropout') return true;
    if (node.op !== 'Cast' && node.op !== 'CastLike') return false;
    return inferTypes(node, this.graph)[0]!.type === this.graph.typeOf(node.inputs[0]).type;
  }

  /** The outputs, where they can be told now. */
  private compute(node: Node): Known[] | undefined {
    const { graph } = this;
    if (node.domain === '' && (node.op === 'Shape' || node.op === 'Size')) {
      return [shapeValue(node, graph)];
    }
    if (!canEvaluate(node)) return undefined;
    const given = node.inputs.filter(Boolean);
    // Constants are read only where all else is known: most nodes take weights and run-time values.
    if (!given.every((input) => this.known.has(input) || this.initializers.has(input))) return undefined;
    const sizes = inferredSizes(node, graph);
    if (sizes.some((size) => size > this.options.largest)) return undefined;
    this.work += sizes.reduce((sum, size) => sum + size, 1);
    if (this.work > WORK_LIMIT) throw new Error(l10n`there is too much to compute before it runs`);
    const inputs = node.inputs.map((input) => (input ? this.value(input) : undefined));
    if (inputs.some((input, i) => !input && node.inputs[i])) return undefined;
    return evaluate(node, inputs);
  }

  /** A value that is known, or an initializer that is small enough to be read. */
  private value(name: string): Known | undefined {
    const learnt = this.known.get(name);
    if (learnt) return learnt;
    const initializer = this.initializers.get(name);
    if (!initializer) return undefined;
    const limit = initializer.type.startsWith('float')
      ? Math.min(FLOAT_TABLE, this.options.largest)
      : this.options.largest;
    if (countOf(initializer.shape) > limit) return undefined;
    const { data } = initializer;
    const bytes = data.kind === 'inline' ? data.bytes : this.options.read(initializer);
    const read = decodeKnown(initializer, bytes);
    if (!read) return undefined;
    const value = { ...read, type: single(read.type) };
    this.learn(name, value);
    return value;
  }

  private learn(name: string, value: Known): void {
    this.known.set(name, value);
    this.graph.values.set(name, { type: value.type, shape: value.shape });
    if (!value.type.startsWith('float')) this.graph.elements.set(name, value.elements);
  }

  /** Types of initializers; the small integers among them are learnt at once, since shapes are made of them. */
  private declare(name: string, initializer: Initializer): void {
    this.graph.values.set(name, { type: single(initializer.type), shape: initializer.shape });
    const integer = initializer.type === 'int64' || initializer.type === 'int32';
    if (integer && countOf(initializer.shape) <= SMALL) this.value(name);
  }

  /** Makes a value that an emitted node reads be there when the graph runs. */
  private supply(name: string): void {
    const { graph } = this;
    if (name === '' || graph.initializers.has(name)) return;
    const initializer = this.initializers.get(name);
    const value = this.known.get(name);
    if (initializer && !value) {
      graph.initializers.set(name, initializer);
      return;
    }
    if (!value || this.computed.has(name)) return;
    if (value.elements.every((element) => typeof element === 'number')) {
      const bytes = encodeKnown(value);
      if (!bytes) throw new Error(l10n`${name} is a constant of a type that is not supported`);
      graph.initializers.set(name, { type: value.type, shape: value.shape, data: { kind: 'inline', bytes } });
      return;
    }
    this.computed.add(name);
    graph.nodes.push(...computeKnown(graph, value, name));
  }

  private ints(values: readonly number[]): string {
    return this.constant(`ints ${values}`, () => intsInitializer(values));
  }

  private constant(name: string, make: () => Initializer): string {
    const initializer = make();
    if (!this.graph.values.has(name)) {
      this.initializers.set(name, initializer);
      this.declare(name, initializer);
    }
    return name;
  }
}

/** Elements that are computed beforehand, all in all; a model's masks take some millions. */
const WORK_LIMIT = 2 ** 26;

/** Operators that change nothing where the shape stays as it was. */
const RESHAPES = new Set(['Expand', 'Reshape', 'Tile', 'Flatten']);

/** Shapes and axes have no more elements. */
const SMALL = 64;

/** Half precision is computed in float32. */
function single(type: ElementType): ElementType {
  return type === 'float16' || type === 'bfloat16' ? 'float32' : type;
}

/** Numbers of elements of a node's outputs; named sizes count as large. */
function inferredSizes(node: Node, graph: Graph): number[] {
  const count = ({ shape }: TensorType) =>
    shape.every((size) => typeof size === 'number') ? countOf(shape as number[]) : Number.POSITIVE_INFINITY;
  try {
    return inferTypes(node, graph).map(count);
  } catch {
    return []; // Such as a range of floats; what it makes of known numbers is as small as they are few.
  }
}
