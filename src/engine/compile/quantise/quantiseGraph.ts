import { GraphBuilder } from '../../graph/builder';
import { Graph, MICROSOFT, type Node } from '../../graph/graph';
import {
  type Direction,
  type Int8Plan,
  type Int8Weight,
  int8Names,
  NORMS,
  rightSide,
  spreadName,
  weightProduct,
} from './int8Plan';
import { RowScales } from './rowScales';

/** Below the square of every gradient that matters: rows of zeros stay zeros. */
const TINY = 1e-30;

/**
 * The graph with the products of the plan in int8. All rows of a left side are rounded with one scale, so each is first divided by
 * its root mean square, unless rows are even already; the product is multiplied with it as late as can be. Products
 * that are summed (the way back of queries, keys and values) become one.
 */
export function quantiseGraph(graph: Graph, plan: Int8Plan, direction: Direction): Graph {
  return new Quantiser(graph, plan, direction).run();
}

interface Int8Product {
  weight: Int8Weight;
  left: string;
}

class Quantiser {
  private readonly result: Graph;
  private readonly build: GraphBuilder;
  private readonly scales: RowScales;
  private readonly producers: ReadonlyMap<string, Node>;
  private readonly consumers = new Map<string, Node[]>();

  constructor(
    private readonly graph: Graph,
    private readonly plan: Int8Plan,
    private readonly direction: Direction,
  ) {
    this.result = new Graph(graph.name);
    this.result.inputs.push(...graph.inputs);
    this.result.outputs.push(...graph.outputs);
    for (const [name, type] of graph.values) this.result.values.set(name, type);
    for (const [name, initializer] of graph.initializers) this.result.initializers.set(name, initializer);
    this.build = new GraphBuilder(this.result);
    this.scales = new RowScales(this.build, new Set(graph.outputs));
    this.producers = graph.producers();
    for (const node of graph.nodes) {
      for (const input of new Set(node.inputs)) {
        this.consumers.set(input, [...(this.consumers.get(input) ?? []), node]);
      }
    }
  }

  run(): Graph {
    const { graph, result } = this;
    const sums = this.joinedSums();
    const joined = new Set([...sums.values()].flatMap(({ nodes }) => nodes));
    for (const node of graph.nodes) {
      const sum = sums.get(node);
      if (sum) this.addProduct(sum.products, node.outputs[0]!);
      else if (joined.has(node)) continue;
      else this.addNode(node);
    }
    const used = new Set(result.nodes.flatMap(({ inputs }) => inputs));
    for (const name of [...result.initializers.keys()]) if (!used.has(name)) result.initializers.delete(name);
    return result;
  }

  private addNode(node: Node): void {
    const product = this.productOf(node);
    if (product) this.addProduct([product], node.outputs[0]!);
    else this.scales.add(node);
  }

  private productOf(node: Node): Int8Product | undefined {
    const product = weightProduct(node, this.graph);
    const weight = product && this.plan.get(product.tensor);
    return weight && { weight, left: node.inputs[0]! };
  }

  /** Adds one product over the left sides, side by side. */
  private addProduct(products: readonly Int8Product[], output: string): void {
    const { build, scales, direction } = this;
    const names = products.map(({ weight }) => int8Names(weight, direction));
    const sizes = products.map(({ weight }) => rightSide(weight, direction));
    const inner = sizes.reduce((sum, [size]) => sum + size, 0);
    const right = names.map(({ values }, i) => build.weight(values, sizes[i]!, 'int8'));
    const joined = products.length > 1;
    const source = products[0]!.left;
    const carried = joined ? undefined : scales.of(source);
    const left = joined
      ? build.add(
          'Concat',
          products.map(({ left }) => scales.plain(left)),
          { attributes: { axis: -1 } },
        )
      : (carried?.value ?? source);
    const spread = this.spread(left, products[0]!.weight);
    const scaled = carried || (!joined && this.even(source, output)) ? undefined : this.divide(spread, inner);
    const product = build.add(
      'DynamicQuantizeMatMul',
      [
        scaled?.value ?? spread,
        // Joined by onnxruntime once, when the graph is opened.
        joined ? build.add('Concat', right, { attributes: { axis: 0 } }) : right[0]!,
        build.weight(names[0]!.scales, [sizes[0]![1]]),
      ],
      { domain: MICROSOFT },
    );
    scales.set(output, product, carried?.inverse ?? scaled?.inverse);
  }

  /** Outliers shared out among their neighbours. */
  private spread(left: string, { spread }: Int8Weight): string {
    const { build } = this;
    if (this.direction === 'backward' || spread === 1) return left;
    const inner = this.result.shapeOf(left).at(-1) as number;
    const matrix = build.weight(spreadName(spread), [spread, spread]);
    const apart = build.add('Reshape', [left, build.ints([0, 0, inner / spread, spread])]);
    return build.add('Reshape', [build.add('MatMul', [apart, matrix]), build.ints([0, 0, inner])]);
  }

  /** Rows by their root mean square, and one over it: [rows, length, 1]. */
  private divide(value: string, size: number): { value: string; inverse: string } {
    const { build } = this;
    const [normal, inverse] = build.addMany('SimplifiedLayerNormalization', [value, build.ones(size)], {
      attributes: { axis: -1, epsilon: { kind: 'float', value: TINY } },
      outputs: 2,
    });
    return { value: normal!, inverse: inverse! };
  }

  /** What attention has mixed, or mixes at once, gains nothing from scales of its own (measured: no change of the gradient). */
  private even(left: string, output: string): boolean {
    const made = this.producers.get(left)?.op ?? '';
    const readers = this.consumers.get(output) ?? [];
    const headsBefore = this.direction === 'forward' && made === 'Reshape';
    return (
      NORMS.has(made) || headsBefore || (readers.length > 0 && readers.every(({ op }) => op === 'Reshape'))
    );
  }

  /** Sums whose terms are products of one group, each used nowhere else, by their last node. */
  private joinedSums(): Map<Node, { products: Int8Product[]; nodes: Node[] }> {
    const sums = new Map<Node, { products: Int8Product[]; nodes: Node[] }>();
    if (this.direction === 'forward') return sums;
    for (const node of this.graph.nodes) {
      if (node.op !== 'Add') continue;
      const terms = node.inputs.map((input) => this.termsOf(input, sums));
      if (terms.some((term) => !term)) continue;
      const products = terms.flatMap((term) => term!.products);
      const [first] = products;
      if (!products.every(({ weight }) => weight.group === first!.weight.group)) continue;
      for (const term of terms) sums.delete(term!.nodes.at(-1)!);
      sums.set(node, { products, nodes: [...terms.flatMap((term) => term!.nodes), node] });
    }
    return sums;
  }

  private termsOf(value: string, sums: ReadonlyMap<Node, { products: Int8Product[]; nodes: Node[] }>) {
    const node = this.producers.get(value);
    if (!node || (this.consumers.get(value)?.length ?? 0) > 1 || this.graph.outputs.includes(value)) return;
    const sum = sums.get(node);
    if (sum) return sum;
    const product = this.productOf(node);
    // What was multiplied element by element carries its scale along already: joining would cost more than it saves.
    if (!product || this.producers.get(product.left)?.op === 'Mul') return;
    return { products: [product], nodes: [node] };
  }
}
