import { describe, expect, it } from 'vitest';
import { DATA_TYPES } from '../../src/engine/graph/onnxSchema';
import { decodeOnnx } from '../../src/engine/graph/readOnnx';
import { SoftpromptError } from '../../src/protocol/errors';
import { attributes, graphMessage, onnxBytes, type TestModel, tensors } from './onnxBytes';

const bytesOf = (model: TestModel, name: string) => {
  const { data } = decodeOnnx(onnxBytes(model)).graph.initializers.get(name)!;
  return data.kind === 'inline' ? Uint8Array.from(data.bytes) : undefined;
};

function problem(model: TestModel): string {
  try {
    decodeOnnx(onnxBytes(model), 'model.onnx');
  } catch (error) {
    expect(error).toBeInstanceOf(SoftpromptError);
    expect((error as SoftpromptError).details.place?.file).toBe('model.onnx');
    return (error as SoftpromptError).message;
  }
  return expect.unreachable();
}

const withTensor = (tensor: object): TestModel => ({
  nodes: [],
  outputs: ['x'],
  initializers: [{ name: 'x', ...tensor }],
});

describe('tensors', () => {
  it('are read from whichever field holds them', () => {
    const cases: [object, ArrayLike<number | bigint> & ArrayBufferView][] = [
      [{ dataType: DATA_TYPES.float32, floatData: [1.5, -2] }, Float32Array.of(1.5, -2)],
      [{ dataType: DATA_TYPES.float64, doubleData: [1.5, -2] }, Float64Array.of(1.5, -2)],
      [{ dataType: DATA_TYPES.int64, int64Data: [-1, 2] }, BigInt64Array.of(-1n, 2n)],
      [{ dataType: DATA_TYPES.int32, int32Data: [-1, 2] }, Int32Array.of(-1, 2)],
      [{ dataType: DATA_TYPES.bool, int32Data: [1, 0] }, Uint8Array.of(1, 0)],
      [{ dataType: DATA_TYPES.int8, int32Data: [-1, 2] }, Int8Array.of(-1, 2)],
      [{ dataType: DATA_TYPES.float16, int32Data: [0x3c00, 0xc000] }, Uint16Array.of(0x3c00, 0xc000)],
      [{ dataType: DATA_TYPES.uint32, uint64Data: [7, 2 ** 32 - 1] }, Uint32Array.of(7, 2 ** 32 - 1)],
      [{ dataType: DATA_TYPES.int32, rawData: Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0) }, Int32Array.of(1, 2)],
    ];
    for (const [tensor, expected] of cases) {
      const bytes = new Uint8Array(expected.buffer, expected.byteOffset, expected.byteLength);
      expect(bytesOf(withTensor({ dims: [2], ...tensor }), 'x')).toEqual(bytes);
    }
  });

  it('of 4 bits take half a byte each', () => {
    const tensor = { dims: [3], dataType: DATA_TYPES.uint4, int32Data: [0x21, 0x03] };
    expect(bytesOf(withTensor(tensor), 'x')).toEqual(Uint8Array.of(0x21, 0x03));
  });

  it('are refused where sizes and values do not fit, or a type is unknown', () => {
    expect(problem(withTensor({ dims: [3], dataType: DATA_TYPES.float32, floatData: [1] }))).toContain(
      '4 bytes',
    );
    expect(problem(withTensor({ dims: [-1], dataType: DATA_TYPES.float32 }))).toContain('impossible');
    expect(problem(withTensor({ dims: [2 ** 40, 2 ** 40], dataType: DATA_TYPES.float32 }))).toContain(
      'impossible',
    );
    expect(problem(withTensor({ dims: [1], dataType: 99 }))).toContain('element type 99');
  });

  it('lie in the folder of the model, or nowhere', () => {
    const outside = (location: string, length = '4') => ({
      dims: [1],
      dataType: DATA_TYPES.float32,
      dataLocation: 1,
      externalData: [
        { key: 'location', value: location },
        { key: 'length', value: length },
      ],
    });
    for (const location of ['../secret', '/etc/passwd', 'a/../../b', 'C:\\x', '..\\x', '']) {
      expect(problem(withTensor(outside(location)))).toContain("not in the model's folder");
    }
    expect(problem(withTensor(outside('model.onnx_data', '8')))).toContain('does not fit');
    const { graph } = decodeOnnx(onnxBytes(withTensor(outside('data/model.onnx_data'))));
    expect(graph.initializers.get('x')!.data).toEqual({
      kind: 'external',
      file: 'data/model.onnx_data',
      offset: 0,
      length: 4,
    });
  });
});

describe('graphs', () => {
  const inputs: TestModel['inputs'] = [{ name: 'x', type: 'float32', shape: ['rows', 2] }];

  it('have their constants among the initializers and their nodes in order', () => {
    const { graph, opset } = decodeOnnx(
      onnxBytes({
        opset: 13,
        inputs,
        nodes: [
          { op: 'Add', inputs: ['b', 'c'], outputs: ['y'] },
          { op: 'Neg', inputs: ['x'], outputs: ['b'] },
          { op: 'Constant', inputs: [], outputs: ['c'], attributes: [attributes.ints('value_ints', [1, 2])] },
        ],
        outputs: ['y'],
      }),
    );
    expect(opset).toBe(13);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Neg', 'Add']);
    expect(graph.typeOf('c')).toEqual({ type: 'int64', shape: [2] });
  });

  it('have subgraphs that see what is around them', () => {
    const branch = graphMessage({
      nodes: [{ op: 'Neg', inputs: ['a'], outputs: ['inner'] }],
      outputs: ['inner'],
    });
    const { graph } = decodeOnnx(
      onnxBytes({
        inputs,
        nodes: [
          { op: 'If', inputs: ['x'], outputs: ['y'], attributes: [attributes.graph('then_branch', branch)] },
          { op: 'Abs', inputs: ['x'], outputs: ['a'] },
        ],
        outputs: ['y'],
      }),
    );
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Abs', 'If']);
  });

  it('are refused where they cannot run', () => {
    const node = (op: string, from: string, to: string) => ({ op, inputs: [from], outputs: [to] });
    expect(problem({ inputs, nodes: [node('Neg', 'z', 'y')], outputs: ['y'] })).toContain('nothing makes');
    expect(
      problem({ inputs, nodes: [node('Neg', 'a', 'b'), node('Abs', 'b', 'a')], outputs: ['a'] }),
    ).toContain('circle');
    expect(
      problem({ inputs, nodes: [node('Neg', 'x', 'y'), node('Abs', 'x', 'y')], outputs: ['y'] }),
    ).toContain('twice');
    expect(problem({ inputs, nodes: [], outputs: ['y'] })).toContain('Nothing makes this output');
    expect(
      problem({
        inputs,
        nodes: [],
        outputs: ['x'],
        initializers: [tensors.ints('a', [1]), tensors.ints('a', [2])],
      }),
    ).toContain('two of this name');
  });

  it('are refused where they are nested too deep', () => {
    let graph = graphMessage({ nodes: [], outputs: ['x'] });
    for (let i = 0; i < 12; i++) {
      const inner = attributes.graph('then_branch', graph);
      graph = graphMessage({
        nodes: [{ op: 'If', inputs: ['x'], outputs: [`y${i}`], attributes: [inner] }],
        outputs: ['x'],
      });
    }
    const nodes = [
      { op: 'If', inputs: ['x'], outputs: ['y'], attributes: [attributes.graph('then_branch', graph)] },
    ];
    expect(problem({ inputs, nodes, outputs: ['y'] })).toContain('nested');
  });
});
