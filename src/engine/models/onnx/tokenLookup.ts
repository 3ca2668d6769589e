import { constantInts } from '../../graph/constants';
import { type Graph, intAttribute, type Node, type TensorType } from '../../graph/graph';
import { inferTypes } from '../../graph/shapeInference';
import { type ConstantTable, constantTable } from './constantTable';

/** The node that turns token ids into vectors, and what it takes them from. */
export interface TokenLookup {
  /** [rows, length, embedding size] */
  output: string;
  table: TokenTable;
}

/** Where the rows of a table come from. */
export type TokenTable = { kind: 'plain'; table: ConstantTable } | BlockTable;

/** A table that is quantised in blocks, by the names of its initializers. */
export interface BlockTable {
  kind: 'blocks';
  node: Node;
  weight: string;
  scales: string;
  zeroPoints?: string;
}

const LOOKUPS = new Set(['Gather', 'GatherBlockQuantized', 'DequantizeLinear']);

/** Operators between the ids and the lookup that leave the ids as they are. */
const KEEPS_IDS = new Set(['Identity', 'Cast', 'Reshape']);

/**
 * Whether a node is the token lookup: it takes rows of a constant table by the token ids. `graph` has the nodes
 * before it. Answers its table and the type of what comes out.
 */
export function tokenLookup(
  node: Node,
  graph: Graph,
  tokens: string,
  isWeight: (value: string) => boolean,
): { lookup: TokenLookup; type: TensorType } | undefined {
  if (!LOOKUPS.has(node.op)) return undefined;
  const producers = graph.producers();
  const gathered = node.op === 'DequantizeLinear' ? producers.get(node.inputs[0]!) : node;
  if (!gathered || !takesRows(gathered)) return undefined;
  const through = (value: string, operators: ReadonlySet<string>): string => {
    const producer = producers.get(value);
    return producer && operators.has(producer.op) ? through(producer.inputs[0]!, operators) : value;
  };
  const [values, ids] = gathered.inputs as [string, string];
  if (through(ids, KEEPS_IDS) !== tokens || graph.shapeOf(values).length !== 2) return undefined;
  const [type] = inferTypes(node, graph) as [TensorType];
  // A quantised table's rows are dequantised by the next node, which is the lookup then.
  if (!type.type.startsWith('float')) return undefined;
  let table: TokenTable | undefined;
  if (gathered.op === 'GatherBlockQuantized')
    table = blockTable(gathered, (value) => through(value, RESHAPE));
  else {
    const plain = constantTable(values, producers, isWeight);
    const [, scale, zeroPoint] = node.inputs as [string, string, string?];
    const affine = node === gathered ? plain?.affine : { scale, zeroPoint, axis: 1 };
    table = plain && { kind: 'plain', table: { ...plain, affine } };
  }
  return table && { lookup: { output: node.outputs[0]!, table }, type };
}

const RESHAPE = new Set(['Reshape', 'Identity']);

function takesRows(node: Node): boolean {
  if (node.op === 'Gather') return intAttribute(node, 'axis', 0) === 0;
  return node.op === 'GatherBlockQuantized' && intAttribute(node, 'gather_axis', 0) === 0;
}

function blockTable(node: Node, through: (value: string) => string): BlockTable {
  const [table, , scales, zeroPoints] = node.inputs as [string, string, string, string?];
  const zeros = zeroPoints ? { zeroPoints: through(zeroPoints) } : {};
  return { kind: 'blocks', node, weight: through(table), scales: through(scales), ...zeros };
}

/**
 * The constant that the lookup's vectors are multiplied with at once, and the value that comes out; Gemma does that.
 */
export function embeddingScale(graph: Graph, output: string): { scale: number; scaled: string } | undefined {
  const users = graph.nodes.filter((node) => node.inputs.includes(output));
  const [user] = users;
  if (users.length !== 1 || user?.op !== 'Mul') return undefined;
  const factor = user.inputs.find((input) => input !== output);
  const scale = factor === undefined ? undefined : constantFloat(graph, factor);
  return scale === undefined ? undefined : { scale, scaled: user.outputs[0]! };
}

export function constantFloat(graph: Graph, value: string): number | undefined {
  const initializer = graph.initializers.get(value);
  const one = initializer?.shape.every((size) => size === 1);
  if (!initializer || !one || initializer.data.kind !== 'inline') return undefined;
  if (initializer.type !== 'float32') return constantInts(graph, value)?.[0];
  const { bytes } = initializer.data;
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
}
