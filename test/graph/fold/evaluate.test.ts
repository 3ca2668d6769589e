import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/engine/graph/fold/evaluate';
import { encodeKnown, type Known, known } from '../../../src/engine/graph/fold/known';
import { type Attribute, Graph, type Node } from '../../../src/engine/graph/graph';
import { writeOnnx } from '../../../src/engine/graph/writeOnnx';
import { Session } from '../../../src/engine/runtime/session';

const ints = (elements: number[], shape = [elements.length]) => known('int64', shape, elements);
const floats = (elements: number[], shape = [elements.length]) => known('float32', shape, elements);
const bools = (elements: number[], shape = [elements.length]) => known('bool', shape, elements);
const int = (value: number): Attribute => ({ kind: 'int', value });
const grid = (rows: number, columns: number) =>
  floats(
    Array.from({ length: rows * columns }, (_, i) => (i * 7) % 11),
    [rows, columns],
  );

interface Case {
  op: string;
  inputs: (Known | undefined)[];
  attributes?: Record<string, Attribute>;
  outputs?: number;
}

const CASES: Case[] = [
  { op: 'Add', inputs: [grid(2, 3), floats([1, 2, 3])] },
  { op: 'Sub', inputs: [ints([5, 6]), ints([1], [])] },
  { op: 'Mul', inputs: [ints([1, 2], [2, 1]), ints([3, 4, 5])] },
  { op: 'Div', inputs: [ints([-7, 7, 8]), ints([2])] },
  { op: 'Div', inputs: [floats([1, 0]), floats([3])] },
  { op: 'Mod', inputs: [ints([-7, 7, 8]), ints([3])] },
  { op: 'Pow', inputs: [floats([2, 3]), floats([0.5])] },
  { op: 'Max', inputs: [ints([1, 9]), ints([4])] },
  { op: 'Min', inputs: [floats([1, 9]), floats([4])] },
  { op: 'Equal', inputs: [ints([1, 2]), ints([2])] },
  { op: 'Less', inputs: [grid(2, 2), floats([5])] },
  { op: 'LessOrEqual', inputs: [ints([0, 1, 2, 3], [1, 4]), ints([1, 2], [2, 1])] },
  { op: 'Greater', inputs: [ints([1, 3]), ints([2])] },
  { op: 'GreaterOrEqual', inputs: [ints([1, 2]), ints([2])] },
  { op: 'And', inputs: [bools([0, 1]), bools([1])] },
  { op: 'Or', inputs: [bools([0, 1]), bools([0])] },
  { op: 'Not', inputs: [bools([0, 1])] },
  { op: 'Neg', inputs: [ints([4, -5])] },
  { op: 'Abs', inputs: [floats([-1.5, 2])] },
  { op: 'Sqrt', inputs: [floats([2, 9])] },
  { op: 'Reciprocal', inputs: [floats([3])] },
  { op: 'Cast', inputs: [floats([-1.7, 0, 2.5])], attributes: { to: int(7) } },
  { op: 'Cast', inputs: [ints([0, 3])], attributes: { to: int(9) } },
  { op: 'Cast', inputs: [ints([0, 3])], attributes: { to: int(1) } },
  { op: 'Where', inputs: [bools([1, 0], [2, 1]), floats([1, 2]), floats([9])] },
  {
    op: 'QuantizeLinear',
    inputs: [floats([-1, 0.5, 1.5, 2.5, 900]), floats([1], []), known('uint8', [], [3])],
  },
  {
    op: 'DequantizeLinear',
    inputs: [known('uint8', [3], [0, 3, 9]), floats([0.5], []), known('uint8', [], [3])],
  },
  { op: 'Reshape', inputs: [grid(2, 6), ints([0, 3, -1])] },
  { op: 'Squeeze', inputs: [floats([1, 2], [1, 2, 1]), ints([-1])] },
  { op: 'Unsqueeze', inputs: [floats([1, 2]), ints([0, 2])] },
  { op: 'Flatten', inputs: [floats([1, 2, 3, 4], [2, 1, 2])], attributes: { axis: int(2) } },
  { op: 'Transpose', inputs: [grid(2, 3)], attributes: { perm: { kind: 'ints', value: [1, 0] } } },
  { op: 'Expand', inputs: [floats([1, 2], [2, 1]), ints([3, 1, 4])] },
  { op: 'Tile', inputs: [grid(2, 2), ints([2, 3])] },
  { op: 'Concat', inputs: [grid(2, 1), grid(2, 3)], attributes: { axis: int(1) } },
  { op: 'Split', inputs: [grid(3, 5), ints([2, 3])], attributes: { axis: int(1) }, outputs: 2 },
  { op: 'Slice', inputs: [grid(4, 5), ints([1, -1]), ints([3, -9]), ints([0, 1]), ints([1, -2])] },
  { op: 'Trilu', inputs: [grid(3, 4), ints([1], [])], attributes: { upper: int(1) } },
  { op: 'Trilu', inputs: [grid(3, 3)], attributes: { upper: int(0) } },
  { op: 'Gather', inputs: [grid(3, 4), ints([2, -1, 0, 0], [2, 2])], attributes: { axis: int(1) } },
  { op: 'GatherElements', inputs: [grid(2, 3), ints([2, 0, 1, -1], [2, 2])], attributes: { axis: int(1) } },
  { op: 'GatherND', inputs: [grid(2, 3), ints([0, 1, 1, 2], [2, 2])] },
  { op: 'GatherND', inputs: [grid(2, 3), ints([1, 0], [2, 1])] },
  { op: 'ScatterND', inputs: [grid(2, 3), ints([1, 0], [1, 2]), floats([99])] },
  { op: 'Range', inputs: [ints([2], []), ints([9], []), ints([3], [])] },
  { op: 'ReduceSum', inputs: [grid(2, 3), ints([1])], attributes: { keepdims: int(0) } },
  { op: 'ReduceProd', inputs: [ints([2, 3, 4]), undefined] },
  { op: 'ReduceMax', inputs: [grid(2, 3), ints([0])] },
  { op: 'ReduceMin', inputs: [grid(2, 3), undefined], attributes: { keepdims: int(0) } },
  { op: 'CumSum', inputs: [ints([1, 1, 0, 1, 5, 1], [2, 3]), ints([1], [])] },
  {
    op: 'CumSum',
    inputs: [ints([1, 1, 0, 1, 5, 1], [2, 3]), ints([1], [])],
    attributes: { exclusive: int(1) },
  },
  { op: 'ConstantOfShape', inputs: [ints([2, 2])] },
];

/** The same node run by onnxruntime. */
async function runNode(
  node: Node,
  inputs: readonly (Known | undefined)[],
  types: readonly Known[],
): Promise<Known[]> {
  const graph = new Graph('case');
  inputs.forEach((value, i) => {
    if (!value) return;
    const name = node.inputs[i]!;
    graph.initializers.set(name, {
      type: value.type,
      shape: value.shape,
      data: { kind: 'inline', bytes: encodeKnown(value)! },
    });
    graph.values.set(name, { type: value.type, shape: value.shape });
  });
  graph.nodes.push(node);
  node.outputs.forEach((name, i) => {
    graph.values.set(name, { type: types[i]!.type, shape: types[i]!.shape });
    graph.outputs.push(name);
  });
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-fold-'));
  try {
    const file = join(folder, 'case.onnx');
    await writeFile(file, writeOnnx(graph));
    const session = await Session.open(file, { threads: 1 });
    const results = await session.run({}, Object.fromEntries(node.outputs.map((name) => [name, null])));
    await session.close();
    return node.outputs.map((name, i) => {
      const { data, shape } = results[name]!;
      return known(types[i]!.type, shape, Array.from(data as ArrayLike<number | bigint>, Number));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('what is computed beforehand is what onnxruntime computes', () => {
  for (const [index, { op, inputs, attributes = {}, outputs = 1 }] of CASES.entries()) {
    it(`${op} (${index})`, async () => {
      const node: Node = {
        name: op,
        op,
        domain: '',
        inputs: inputs.map((value, i) => (value ? `in${i}` : '')),
        outputs: Array.from({ length: outputs }, (_, i) => `out${i}`),
        attributes,
      };
      const ours = evaluate(node, inputs)!;
      expect(ours).toHaveLength(outputs);
      expect(ours).toEqual(await runNode(node, inputs, ours));
    });
  }
});

describe('named sizes', () => {
  const node = (op: string, attributes: Node['attributes'] = {}): Node => ({
    name: op,
    op,
    domain: '',
    inputs: [],
    outputs: ['y'],
    attributes,
  });
  const shape = known('int64', [3], ['rows', 'length + past', 4]);

  it('go through what only moves them', () => {
    expect(evaluate(node('Gather'), [shape, ints([1], [])])![0]!.elements).toEqual(['length + past']);
    const joined = evaluate(node('Concat', { axis: int(0) }), [shape, ints([-1])]);
    expect(joined![0]!.elements).toEqual(['rows', 'length + past', 4, -1]);
  });

  it('are computed with', () => {
    const past = known('int64', [1], ['past']);
    const total = known('int64', [1], ['length + past']);
    expect(evaluate(node('Sub'), [total, past])![0]!.elements).toEqual(['length']);
    expect(evaluate(node('ReduceProd', { keepdims: int(0) }), [shape, undefined])![0]!.elements).toEqual([
      '4 * length * rows + 4 * past * rows',
    ]);
  });

  it('are compared only where that can be told', () => {
    const length = known('int64', [1], ['length']);
    expect(evaluate(node('Equal'), [length, ints([-1])])![0]!.elements).toEqual([0]);
    expect(evaluate(node('Equal'), [length, ints([5])])).toBeUndefined();
    expect(evaluate(node('Max'), [length, ints([1])])![0]!.elements).toEqual(['length']);
  });
});
