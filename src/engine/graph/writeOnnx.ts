import type { Attribute, Dim, Graph, Initializer, Node, TensorType } from './graph';
import { MICROSOFT } from './graph';
import { ATTRIBUTE_TYPES, DATA_TYPES, EXTERNAL, ModelProto } from './onnxSchema';

/**
 * The graph as the bytes of an ONNX model file (IR version 10, opset 20 or 21). Weights must have been placed first.
 */
export function writeOnnx(graph: Graph): Uint8Array {
  const value = (name: string) => valueInfo(name, graph.typeOf(name));
  return ModelProto.encode({
    irVersion: 10,
    producerName: 'softprompt',
    opsetImport: [
      { domain: '', version: opset(graph) },
      { domain: MICROSOFT, version: 1 },
    ],
    graph: {
      name: graph.name,
      node: graph.nodes.map(nodeProto),
      input: graph.inputs.map(value),
      output: graph.outputs.map(value),
      valueInfo: graph.nodes
        .flatMap((node) => node.outputs.filter((name) => graph.values.has(name)))
        .map(value),
      initializer: [...graph.initializers].map(([name, initializer]) => tensorProto(name, initializer)),
    },
  }).finish();
}

/** Blocks of quantised numbers came with opset 21; all else here is as in 20. */
function opset({ nodes }: Graph): number {
  return nodes.some(({ op, attributes }) => op === 'DequantizeLinear' && attributes.block_size) ? 21 : 20;
}

function valueInfo(name: string, { type, shape }: TensorType): object {
  const dim = (size: Dim) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size });
  return { name, type: { tensorType: { elemType: DATA_TYPES[type], shape: { dim: shape.map(dim) } } } };
}

function nodeProto(node: Node): object {
  return {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  };
}

function attributeProto(name: string, attribute: Attribute): object {
  const type = ATTRIBUTE_TYPES[attribute.kind];
  switch (attribute.kind) {
    case 'int':
      return { name, type, i: attribute.value };
    case 'float':
      return { name, type, f: attribute.value };
    case 'string':
      return { name, type, s: new TextEncoder().encode(attribute.value) };
    case 'ints':
      return { name, type, ints: attribute.value };
    case 'floats':
      return { name, type, floats: attribute.value };
    case 'tensor':
      return { name, type, t: tensorProto('', attribute.value) };
    case 'graph':
      throw new Error('subgraphs are chosen among before a graph is written');
  }
}

function tensorProto(name: string, { type, shape, data }: Initializer): object {
  const tensor = { name, dims: shape, dataType: DATA_TYPES[type] };
  if (data.kind === 'inline') return { ...tensor, rawData: data.bytes };
  if (data.kind === 'checkpoint') throw new Error(`weight ${name} has not been placed in a file yet`);
  const externalData = [
    { key: 'location', value: data.file },
    { key: 'offset', value: String(data.offset) },
    { key: 'length', value: String(data.length) },
  ];
  return { ...tensor, dataLocation: EXTERNAL, externalData };
}
