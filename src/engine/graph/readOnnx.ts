import { SoftpromptError } from '../../protocol/errors';
import {
  type Attribute,
  type Dim,
  type ElementType,
  Graph,
  type Initializer,
  type TensorType,
} from './graph';
import { ATTRIBUTE_TYPES, DATA_TYPES, EXTERNAL, ModelProto } from './onnxSchema';
import { inferTypes } from './shapeInference';

/** What protobufjs decodes, with the defaults filled in; int64 comes as Number. */
interface TensorMessage {
  name: string;
  dims: number[];
  dataType: number;
  rawData: Uint8Array;
  dataLocation: number;
  externalData: { key: string; value: string }[];
}
interface ValueMessage {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: { dimValue?: number; dimParam?: string }[] } } };
}
interface AttributeMessage {
  name: string;
  type: number;
  f: number;
  i: number;
  s: Uint8Array;
  floats: number[];
  ints: number[];
}
interface GraphMessage {
  name: string;
  node: {
    name: string;
    opType: string;
    domain: string;
    input: string[];
    output: string[];
    attribute: AttributeMessage[];
  }[];
  initializer: TensorMessage[];
  input: ValueMessage[];
  output: ValueMessage[];
  valueInfo: ValueMessage[];
}

/**
 * Reads an ONNX model into a graph; shapes that the file does not declare are inferred. `file` is only for messages. Throws `model-invalid` for bytes that
 * are no ONNX model and for what this reader does not know (subgraphs, sparse or string tensors).
 */
export function readOnnx(bytes: Uint8Array, file?: string): Graph {
  try {
    const decoded = ModelProto.toObject(ModelProto.decode(bytes), {
      longs: Number,
      arrays: true,
      defaults: true,
    });
    const message = decoded.graph as GraphMessage | null;
    if (!message) throw invalid('This ONNX model has no graph.');
    return readGraph(message);
  } catch (cause) {
    const known = cause instanceof SoftpromptError;
    const message = known ? cause.message : `This is not an ONNX model: ${(cause as Error).message}.`;
    throw invalid(message, known ? cause.details.place?.node : undefined, file, cause);
  }
}

function invalid(message: string, node?: string, file?: string, cause?: unknown): SoftpromptError {
  return new SoftpromptError('model-invalid', message, { place: { file, node }, cause });
}

function readGraph(message: GraphMessage): Graph {
  const graph = new Graph(message.name);
  for (const tensor of message.initializer) {
    const initializer = readTensor(tensor);
    if (!initializer) throw invalid('The tensor has a type or storage that is not supported.', tensor.name);
    graph.initializers.set(tensor.name, initializer);
    graph.values.set(tensor.name, initializer);
  }
  for (const value of message.input) {
    if (graph.initializers.has(value.name)) continue;
    const type = readType(value);
    if (!type) throw invalid('The input has no tensor type.', value.name);
    graph.inputs.push(value.name);
    graph.values.set(value.name, type);
  }
  const declared = new Map(
    [...message.valueInfo, ...message.output].map((value) => [value.name, readType(value)]),
  );
  for (const { name, opType, domain, input, output, attribute } of message.node) {
    const attributes: Record<string, Attribute> = {};
    for (const proto of attribute) {
      const read = readAttribute(proto);
      if (!read)
        throw invalid(`Attribute ${proto.name} of ${opType} has a kind that is not supported.`, name);
      attributes[proto.name] = read;
    }
    const node = { name, op: opType, domain, inputs: input, outputs: output, attributes };
    const known = output.map((value) => declared.get(value));
    const types = known.every((type) => type !== undefined) ? known : inferTypes(node, graph);
    output.forEach((value, i) => {
      if (value) graph.values.set(value, types[i]!);
    });
    graph.nodes.push(node);
  }
  graph.outputs.push(...message.output.map((value) => value.name));
  return graph;
}

const TYPE_NAMES = new Map<number, ElementType>(
  (Object.entries(DATA_TYPES) as [ElementType, number][]).map(([name, number]) => [number, name]),
);

function readTensor(tensor: TensorMessage): Initializer | undefined {
  const type = TYPE_NAMES.get(tensor.dataType);
  if (!type) return undefined;
  if (tensor.dataLocation !== EXTERNAL) {
    return { type, shape: tensor.dims, data: { kind: 'inline', bytes: tensor.rawData } };
  }
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const file = entries.get('location');
  if (!file) return undefined;
  const data = {
    kind: 'external' as const,
    file,
    offset: Number(entries.get('offset') ?? 0),
    length: Number(entries.get('length') ?? 0),
  };
  return { type, shape: tensor.dims, data };
}

function readType(value: ValueMessage): TensorType | undefined {
  const tensor = value.type?.tensorType;
  const type = tensor && TYPE_NAMES.get(tensor.elemType);
  if (!type) return undefined;
  const dim = ({ dimValue, dimParam }: { dimValue?: number; dimParam?: string }): Dim =>
    dimParam || (dimValue ?? 0);
  return { type, shape: tensor.shape.dim.map(dim) };
}

function readAttribute(proto: AttributeMessage): Attribute | undefined {
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
    default:
      return undefined;
  }
}
