import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { type Attribute, type Dim, Graph, type Initializer, type Node, type TensorType } from './graph';
import { ATTRIBUTE_TYPES, ModelProto } from './onnxSchema';
import { elementType, readTensor, type TensorMessage } from './readTensor';
import { inferTypes } from './shapeInference';
import { sortNodes } from './sortNodes';

/** What protobufjs decodes, with the defaults filled in; int64 comes as Number. */
interface ValueMessage {
  name: string;
  type: {
    tensorType: { elemType: number; shape: { dim: { dimValue?: number; dimParam?: string }[] } | null };
  };
}
interface AttributeMessage {
  name: string;
  type: number;
  f: number;
  i: number;
  s: Uint8Array;
  t: TensorMessage | null;
  g: GraphMessage | null;
  floats: number[];
  ints: number[];
}
interface NodeMessage {
  name: string;
  opType: string;
  domain: string;
  input: string[];
  output: string[];
  attribute: AttributeMessage[];
}
interface GraphMessage {
  name: string;
  node: NodeMessage[];
  initializer: TensorMessage[];
  input: ValueMessage[];
  output: ValueMessage[];
  valueInfo: ValueMessage[];
}
interface ModelMessage {
  graph: GraphMessage | null;
  opsetImport: { domain: string; version: number }[];
}

/** A model of 100 layers in plain operators has some 15,000 nodes. */
const NODE_LIMIT = 200_000;
const VALUE_NAME_LIMIT = 4096;
/** Subgraphs within subgraphs. */
const NESTING_LIMIT = 8;

/** A model as its file has it: types are known of inputs, initializers and declared values only. */
export interface OnnxModel {
  graph: Graph;
  /** Version of the standard operators. */
  opset: number;
  /** Types that the file declares of values inside; a hint, never relied on. */
  declared: ReadonlyMap<string, TensorType>;
}

/**
 * Reads an ONNX model into a graph; shapes that the file does not declare are inferred. `file` is only for messages.
 * Throws `model-invalid` for bytes that are no ONNX model, and for graphs that need more than reading (see
 * `decodeOnnx`).
 */
export function readOnnx(bytes: Uint8Array, file?: string): Graph {
  return withFile(file, () => {
    const { graph, declared } = decodeOnnx(bytes);
    for (const node of graph.nodes) {
      const known = node.outputs.map((value) => declared.get(value));
      const types = known.every((type) => type !== undefined) ? known : inferTypes(node, graph);
      node.outputs.forEach((value, i) => {
        if (value) graph.values.set(value, types[i]!);
      });
    }
    return graph;
  });
}

/**
 * Decodes an ONNX model: nodes in an order in which they can run, constants among the initializers, subgraphs as
 * attributes. Throws SoftpromptError `model-invalid` with the file, and the node where it is one's fault.
 */
export function decodeOnnx(bytes: Uint8Array, file?: string): OnnxModel {
  return withFile(file, () => {
    const message = ModelProto.toObject(ModelProto.decode(bytes), {
      longs: Number,
      arrays: true,
      defaults: true,
    }) as ModelMessage;
    if (!message.graph) throw invalid(l10n`This ONNX model has no graph.`);
    const declared = new Map<string, TensorType>();
    const graph = readGraph(message.graph, { declared, depth: 0, around: () => false });
    const opset = message.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
    return { graph, opset: opset?.version ?? 1, declared };
  });
}

function withFile<T>(file: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const known = cause instanceof SoftpromptError;
    const message = known ? cause.message : l10n`This is not an ONNX model: ${(cause as Error).message}.`;
    throw invalid(message, known ? cause.details.place?.node : undefined, file, cause);
  }
}

function invalid(message: string, node?: string, file?: string, cause?: unknown): SoftpromptError {
  return new SoftpromptError('model-invalid', message, { place: { file, node }, cause });
}

interface Scope {
  declared: Map<string, TensorType>;
  depth: number;
  /** Whether a value is there outside a subgraph. */
  around: (value: string) => boolean;
}

function readGraph(message: GraphMessage, scope: Scope): Graph {
  if (scope.depth > NESTING_LIMIT)
    throw invalid(l10n`Its subgraphs are nested more than ${NESTING_LIMIT} deep.`);
  if (message.node.length > NODE_LIMIT) throw invalid(l10n`It has more than ${NODE_LIMIT} nodes.`);
  const graph = new Graph(message.name);
  for (const tensor of message.initializer) addInitializer(graph, tensor.name, () => readTensor(tensor));
  for (const value of message.input) {
    if (graph.initializers.has(value.name)) continue;
    const type = readType(value);
    if (!type) throw invalid(l10n`The input has no tensor type.`, value.name);
    graph.inputs.push(value.name);
    graph.values.set(checked(value.name), type);
  }
  for (const value of [...message.valueInfo, ...message.output]) {
    const type = readType(value);
    if (type) scope.declared.set(value.name, type);
  }
  const made = new Set(message.node.flatMap(({ output }) => output));
  const around = (value: string) => graph.values.has(value) || made.has(value) || scope.around(value);
  const nodes: Node[] = [];
  for (const proto of message.node) {
    const node = readNode(proto, { ...scope, around });
    if (node.op === 'Constant' && node.domain === '') {
      addInitializer(graph, node.outputs[0] ?? '', () => constantValue(node));
    } else nodes.push(node);
  }
  try {
    const own = (value: string) => graph.values.has(value);
    graph.nodes.push(...sortNodes(nodes, (value) => own(value) || scope.around(value), own));
  } catch (cause) {
    throw invalid(l10n`The graph cannot run: ${(cause as Error).message}.`, undefined, undefined, cause);
  }
  for (const { name } of message.output) {
    if (!around(name)) throw invalid(l10n`Nothing makes this output.`, name);
    graph.outputs.push(name);
  }
  return graph;
}

function addInitializer(graph: Graph, name: string, read: () => Initializer): void {
  try {
    if (graph.initializers.has(checked(name))) throw new Error(l10n`there are two of this name`);
    const initializer = read();
    graph.initializers.set(name, initializer);
    graph.values.set(name, { type: initializer.type, shape: initializer.shape });
  } catch (cause) {
    throw invalid(
      l10n`A tensor of the model cannot be read: ${(cause as Error).message}.`,
      name,
      undefined,
      cause,
    );
  }
}

function readNode(proto: NodeMessage, scope: Scope): Node {
  const { name, opType: op, domain, input, output } = proto;
  for (const value of [...input, ...output]) checked(value);
  const attributes: Record<string, Attribute> = {};
  for (const attribute of proto.attribute) {
    const read = readAttribute(attribute, name, scope);
    if (!read) {
      const message = l10n`Attribute ${attribute.name} of ${op} has a kind that is not supported.`;
      throw invalid(message, name);
    }
    attributes[attribute.name] = read;
  }
  const standard = domain === 'ai.onnx' ? '' : domain;
  return {
    name: name || (output[0] ?? ''),
    op,
    domain: standard,
    inputs: input,
    outputs: output,
    attributes,
  };
}

function readType(value: ValueMessage): TensorType | undefined {
  const tensor = value.type?.tensorType;
  const type = tensor && elementType(tensor.elemType);
  if (!type) return undefined;
  const dim = ({ dimValue, dimParam }: { dimValue?: number; dimParam?: string }): Dim =>
    dimParam || (dimValue ?? 0);
  return { type, shape: (tensor.shape?.dim ?? []).map(dim) };
}

function readAttribute(proto: AttributeMessage, node: string, scope: Scope): Attribute | undefined {
  switch (proto.type) {
    case ATTRIBUTE_TYPES.int:
      return { kind: 'int', value: proto.i };
    case ATTRIBUTE_TYPES.float:
      return { kind: 'float', value: proto.f };
    case ATTRIBUTE_TYPES.string:
      return { kind: 'string', value: new TextDecoder().decode(proto.s) };
    case ATTRIBUTE_TYPES.ints:
      return { kind: 'ints', value: proto.ints };
    case ATTRIBUTE_TYPES.floats:
      return { kind: 'floats', value: proto.floats };
    case ATTRIBUTE_TYPES.tensor:
      try {
        return proto.t ? { kind: 'tensor', value: readTensor(proto.t) } : undefined;
      } catch (cause) {
        throw invalid(l10n`A constant cannot be read: ${(cause as Error).message}.`, node, undefined, cause);
      }
    case ATTRIBUTE_TYPES.graph:
      return proto.g
        ? { kind: 'graph', value: readGraph(proto.g, { ...scope, depth: scope.depth + 1 }) }
        : undefined;
    default:
      return undefined;
  }
}

/** A Constant node's value: a tensor, or numbers written as attributes. */
function constantValue({ attributes }: Node): Initializer {
  const { value, value_float, value_floats, value_int, value_ints } = attributes;
  if (value?.kind === 'tensor') return value.value;
  const floats = value_floats?.kind === 'floats' ? value_floats.value : undefined;
  if (floats) return inline('float32', [floats.length], Float32Array.from(floats));
  if (value_float?.kind === 'float') return inline('float32', [], Float32Array.of(value_float.value));
  const ints = value_ints?.kind === 'ints' ? value_ints.value : undefined;
  const big = (values: readonly number[]) => BigInt64Array.from(values, (item) => BigInt(item));
  if (ints) return inline('int64', [ints.length], big(ints));
  if (value_int?.kind === 'int') return inline('int64', [], big([value_int.value]));
  throw new Error(l10n`a constant of this kind is not supported`);
}

function inline(
  type: 'float32' | 'int64',
  shape: readonly number[],
  { buffer }: Float32Array | BigInt64Array,
): Initializer {
  return { type, shape, data: { kind: 'inline', bytes: new Uint8Array(buffer as ArrayBuffer) } };
}

function checked(name: string): string {
  if (name.length > VALUE_NAME_LIMIT)
    throw invalid(l10n`The name of a value is too long.`, name.slice(0, 60));
  return name;
}
