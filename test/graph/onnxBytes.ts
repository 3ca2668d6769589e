import { ATTRIBUTE_TYPES, DATA_TYPES, ModelProto } from '../../src/engine/graph/onnxSchema';

/** Messages of onnx.proto as plain objects, for tests that need a file of a certain form. */
export interface TestNode {
  op: string;
  inputs: string[];
  outputs: string[];
  attributes?: object[];
  domain?: string;
}

export interface TestModel {
  nodes: TestNode[];
  inputs?: { name: string; type: keyof typeof DATA_TYPES; shape: (number | string)[] }[];
  outputs: string[];
  initializers?: object[];
  opset?: number;
}

export function onnxBytes(model: TestModel): Uint8Array {
  return ModelProto.encode({
    irVersion: 10,
    opsetImport: [{ domain: '', version: model.opset ?? 20 }],
    graph: graphMessage(model),
  }).finish();
}

export function graphMessage({ nodes, inputs = [], outputs, initializers = [] }: TestModel): object {
  return {
    name: 'test',
    node: nodes.map(({ op, inputs: input, outputs: output, attributes, domain }) => ({
      name: `the ${op}`,
      opType: op,
      domain: domain ?? '',
      input,
      output,
      attribute: attributes ?? [],
    })),
    initializer: initializers,
    input: inputs.map(({ name, type, shape }) => ({
      name,
      type: {
        tensorType: {
          elemType: DATA_TYPES[type],
          shape: {
            dim: shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })),
          },
        },
      },
    })),
    output: outputs.map((name) => ({ name })),
  };
}

export const attributes = {
  int: (name: string, i: number) => ({ name, type: ATTRIBUTE_TYPES.int, i }),
  ints: (name: string, ints: number[]) => ({ name, type: ATTRIBUTE_TYPES.ints, ints }),
  tensor: (name: string, t: object) => ({ name, type: ATTRIBUTE_TYPES.tensor, t }),
  graph: (name: string, g: object) => ({ name, type: ATTRIBUTE_TYPES.graph, g }),
};

export const tensors = {
  ints: (name: string, values: number[], dims = [values.length]) => ({
    name,
    dims,
    dataType: DATA_TYPES.int64,
    int64Data: values,
  }),
  floats: (name: string, values: number[], dims = [values.length]) => ({
    name,
    dims,
    dataType: DATA_TYPES.float32,
    floatData: values,
  }),
};
