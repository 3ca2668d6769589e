import { type Graph, intAttribute, type Node } from '../../graph/graph';
import { type ConstantTable, constantTable } from './constantTable';
import { constantFloat, type TokenTable } from './tokenLookup';

/** How the logits come from the last hidden states. */
export interface OutputHead {
  /** [rows, length, width]: what the output matrix is multiplied with. */
  states: string;
  /** A row a word. */
  matrix: TokenTable;
  /** [vocabulary] */
  bias?: ConstantTable;
  /** Nodes between the product and the logits that take one value and constants, such as soft-capping, in order. */
  after: Node[];
}

/** Operators that go with each logit alone. */
const POINTWISE = new Set('Mul Div Tanh Identity Cast'.split(' '));

/**
 * Finds the product that makes the logits; undefined where they are made in another way. Logits that are rounded to 8
 * bits at last (QDQ) are taken before that.
 */
export function findOutputHead(graph: Graph, logits: string): OutputHead | undefined {
  const producers = graph.producers();
  const constant = (value: string | undefined, rank: number) => {
    const table = value ? constantTable(value, producers, (name) => graph.initializers.has(name)) : undefined;
    const axes = table ? graph.shapeOf(table.weight).length : 0;
    // BART's bias is [1, vocabulary].
    const fits = axes === rank || (rank === 1 && table && graph.shapeOf(table.weight)[0] === 1);
    return fits ? table : undefined;
  };
  const after: Node[] = [];
  let bias: ConstantTable | undefined;
  for (let node = producers.get(logits); node; ) {
    const product = readProduct(graph, node, constant, producers);
    if (product) {
      const { states, matrix } = product;
      return { states: unflattened(graph, states, producers), matrix, bias: bias ?? product.bias, after };
    }
    let next: string | undefined;
    if (node.op === 'Add' && !bias) {
      const at = node.inputs.findIndex((input) => constant(input, 1));
      bias = constant(node.inputs[at], 1);
      next = at < 0 ? undefined : node.inputs[1 - at];
    } else if (POINTWISE.has(node.op) && !bias) {
      const rest = node.inputs.filter((input) => constantFloat(graph, input) === undefined);
      after.unshift(node);
      next = rest.length === 1 ? rest[0] : undefined;
    } else if (['Reshape', 'QuantizeLinear', 'DequantizeLinear'].includes(node.op)) next = node.inputs[0];
    node = next === undefined ? undefined : producers.get(next);
  }
  return undefined;
}

interface Product {
  states: string;
  matrix: TokenTable;
  bias?: ConstantTable;
}

function readProduct(
  graph: Graph,
  node: Node,
  constant: (value: string | undefined, rank: number) => ConstantTable | undefined,
  producers: ReadonlyMap<string, Node>,
): Product | undefined {
  const [states, right] = node.inputs as [string, string];
  switch (node.op) {
    case 'MatMulNBits': {
      const [, weight, scales, zeroPoints, , bias] = node.inputs as [
        string,
        string,
        string,
        string?,
        string?,
        string?,
      ];
      const matrix: TokenTable = {
        kind: 'blocks',
        node,
        weight,
        scales,
        ...(zeroPoints ? { zeroPoints } : {}),
      };
      return { states, matrix, bias: constant(bias, 1) };
    }
    case 'MatMul':
    case 'Gemm':
    case 'FusedMatMul': {
      const table = constant(right, 2);
      if (!table || intAttribute(node, 'transA', 0) === 1) return undefined;
      // [width, vocabulary], as a product wants it, is the other way round than a table with a row a word.
      const straight = intAttribute(node, 'transB', 0) === 0;
      const rows = { ...table, transposed: straight !== table.transposed };
      const bias = node.op === 'Gemm' ? constant(node.inputs[2], 1) : undefined;
      return { states, matrix: { kind: 'plain', table: rows }, bias };
    }
    case 'DynamicQuantizeMatMul': {
      const [, weight, scale, zeroPoint, bias] = node.inputs as [string, string, string, string?, string?];
      const table = { weight, transposed: true, affine: { scale, zeroPoint, axis: 1 } };
      return { states, matrix: { kind: 'plain', table }, bias: constant(bias, 1) };
    }
    case 'Mul':
      return integerProduct(graph, node, producers);
    default:
      return undefined;
  }
}

/** scale · MatMulInteger(quantised x, W): the product of x and the dequantised W, but for the rounding of x. */
function integerProduct(graph: Graph, node: Node, producers: ReadonlyMap<string, Node>): Product | undefined {
  for (const [value, factor] of [node.inputs, [...node.inputs].reverse()] as [string, string][]) {
    const cast = producers.get(value);
    const product = cast?.op === 'Cast' ? producers.get(cast.inputs[0]!) : undefined;
    const scales = producers.get(factor);
    if (product?.op !== 'MatMulInteger' || scales?.op !== 'Mul') continue;
    const [quantised, weight, , zeroPoint] = product.inputs as [string, string, string?, string?];
    const rounding = producers.get(quantised);
    const scale = scales.inputs.find((input) => graph.initializers.has(input));
    if (rounding?.op !== 'DynamicQuantizeLinear' || !scale || !graph.initializers.has(weight)) continue;
    const table = { weight, transposed: true, affine: { scale, zeroPoint, axis: 1 } };
    return { states: rounding.inputs[0]!, matrix: { kind: 'plain', table } };
  }
  return undefined;
}

/** Gemm takes rows and tokens as one axis: the value before they were joined. */
function unflattened(graph: Graph, value: string, producers: ReadonlyMap<string, Node>): string {
  const node = producers.get(value);
  return graph.shapeOf(value).length === 2 && node?.op === 'Reshape' ? node.inputs[0]! : value;
}
