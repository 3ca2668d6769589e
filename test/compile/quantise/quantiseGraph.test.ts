import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planInt8 } from '../../../src/engine/compile/quantise/int8Plan';
import { int8Weights } from '../../../src/engine/compile/quantise/int8Weights';
import { quantiseGraph } from '../../../src/engine/compile/quantise/quantiseGraph';
import { type GraphBuilder, newGraph } from '../../../src/engine/graph/builder';
import type { Graph } from '../../../src/engine/graph/graph';
import { writeOnnx } from '../../../src/engine/graph/writeOnnx';
import type { TensorEntry } from '../../../src/engine/models/checkpoint';
import { Random } from '../../../src/engine/random';
import { Session } from '../../../src/engine/runtime/session';
import { floats } from '../../../src/engine/runtime/tensor';

const [WIDTH, INNER, ROWS] = [64, 192, 7];
const random = Random.seeded(3);
const noise = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());

const WEIGHTS = new Map<string, TensorEntry>(
  Object.entries({ up: [INNER, WIDTH], gate: [INNER, WIDTH], down: [WIDTH, INNER] }).map(([name, shape]) => {
    const values = noise(shape[0]! * shape[1]!);
    return [name, { name, shape, read: async () => values }];
  }),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Adds x · Wᵀ, or dy · W. */
function product(build: GraphBuilder, left: string, weight: string, way: 'forward' | 'backward'): string {
  const right = build.weight(weight, WEIGHTS.get(weight)!.shape);
  return way === 'forward'
    ? build.add('FusedMatMul', [left, right], { domain: 'com.microsoft', attributes: { transB: 1 } })
    : build.add('MatMul', [left, right]);
}

/** A gated feed-forward. */
function forwardGraph(): Graph {
  const build = newGraph('forward');
  const x = build.input('x', 'float32', [1, 'length', WIDTH]);
  const [gate, up] = [product(build, x, 'gate', 'forward'), product(build, x, 'up', 'forward')];
  build.output(product(build, build.add('Mul', [gate, up]), 'down', 'forward'));
  return build.graph;
}

/** Its way back: two products of what was multiplied element by element, summed, normalised by a number a row. */
function backwardGraph(): Graph {
  const build = newGraph('backward');
  const dy = build.input('x', 'float32', [1, 'length', WIDTH]);
  const kept = build.input('kept', 'float32', [1, 'length', INNER]);
  const byRow = build.input('byRow', 'float32', [1, 'length', 1]);
  const inner = product(build, dy, 'down', 'backward');
  const half = product(build, build.add('Mul', [inner, kept]), 'gate', 'backward');
  const other = product(build, build.add('Mul', [kept, inner]), 'up', 'backward');
  const sum = build.add('Add', [half, other]);
  const mean = build.add('ReduceMean', [build.add('Mul', [sum, dy]), build.ints([2])]);
  const scaled = build.add('Mul', [sum, byRow]);
  build.output(build.add('Add', [build.add('Sub', [scaled, build.add('Mul', [dy, mean])]), dy]));
  return build.graph;
}

/** The way back of two products whose left sides come from elsewhere. */
function sumGraph(): Graph {
  const build = newGraph('sum');
  const [a, b] = ['x', 'kept'].map((name) => build.input(name, 'float32', [1, 'length', INNER]));
  build.output(
    build.add('Add', [product(build, a!, 'gate', 'backward'), product(build, b!, 'up', 'backward')]),
  );
  return build.graph;
}

const plan = () => planInt8([forwardGraph()], new Set());

async function run(graph: Graph, inputs: Record<string, Float32Array>): Promise<Float32Array> {
  const rounded = new Map(int8Weights(plan(), WEIGHTS).map((entry) => [entry.name, entry]));
  for (const [name, initializer] of graph.initializers) {
    if (initializer.data.kind !== 'checkpoint') continue;
    const entry = rounded.get(initializer.data.tensor) ?? WEIGHTS.get(initializer.data.tensor)!;
    const values = await entry.read();
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    graph.initializers.set(name, { ...initializer, data: { kind: 'inline', bytes } });
  }
  const file = join(folder, `${graph.name}-${graph.nodes.length}.onnx`);
  await writeFile(file, writeOnnx(graph));
  const session = await Session.open(file, { threads: 1 });
  const feeds = graph.inputs.map((name) => {
    const data = inputs[name]!;
    return [name, floats(data, [1, ROWS, data.length / ROWS])] as const;
  });
  const outputs = await session.run(Object.fromEntries(feeds), { [graph.outputs[0]!]: null });
  await session.close();
  return outputs[graph.outputs[0]!]!.data as Float32Array;
}

/** Largest difference of a row, by its largest value. */
function worstRow(found: Float32Array, wanted: Float32Array): number {
  const width = wanted.length / ROWS;
  let worst = 0;
  for (let row = 0; row < ROWS; row++) {
    const own = wanted.subarray(row * width, (row + 1) * width);
    const largest = Math.max(...own.map(Math.abs), 1e-37);
    own.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(found[row * width + i]! - value) / largest);
    });
  }
  return worst;
}

/** Rows of sizes from 10⁻⁹ to 10³, one of them zero. */
function unevenRows(width: number): Float32Array {
  return noise(ROWS * width).map((value, i) => {
    const row = Math.floor(i / width);
    return row === 4 ? 0 : value * 10 ** (2 * row - 9);
  });
}

describe.each([
  ['a feed-forward', 'forward', forwardGraph],
  ['its way back', 'backward', backwardGraph],
  ['a sum of products', 'backward', sumGraph],
] as const)('%s in int8', (_, direction, graph) => {
  it('comes close in every row, however large or small it is', async () => {
    const inputs = {
      x: unevenRows(graph === sumGraph ? INNER : WIDTH),
      kept: noise(ROWS * INNER),
      byRow: noise(ROWS),
    };
    if (graph === sumGraph) inputs.kept = unevenRows(INNER);
    const wanted = await run(graph(), inputs);
    const found = await run(quantiseGraph(graph(), plan(), direction), inputs);
    expect(found).not.toEqual(wanted);
    expect(worstRow(found, wanted)).toBeLessThan(0.12);
  });
});

describe('an int8 graph', () => {
  const operators = (graph: Graph) => graph.nodes.map(({ op }) => op);

  it('has no float product with a weight, and no float weight', () => {
    const quantised = quantiseGraph(backwardGraph(), plan(), 'backward');
    expect(operators(quantised)).not.toContain('MatMul');
    expect([...quantised.initializers.keys()]).not.toContain('down');
  });

  it('scales the rows of a gradient once, and back where it costs one number a row', () => {
    const found = operators(quantiseGraph(backwardGraph(), plan(), 'backward'));
    const count = (op: string) => found.filter((other) => other === op).length;
    expect(count('DynamicQuantizeMatMul')).toBe(3);
    expect(count('SimplifiedLayerNormalization')).toBe(1);
    expect(count('Div'), 'the factor by row, and the mean').toBe(2);
  });

  it('joins products that are summed', () => {
    const found = operators(quantiseGraph(sumGraph(), plan(), 'backward'));
    expect(found.filter((op) => op === 'DynamicQuantizeMatMul')).toHaveLength(1);
  });

  it('keeps weights in float32 that are to be exact', () => {
    const some = planInt8([forwardGraph()], new Set(['down']));
    const graph = quantiseGraph(forwardGraph(), some, 'forward');
    expect([...graph.initializers.keys()]).toContain('down');
    expect(operators(graph).filter((op) => op === 'FusedMatMul')).toHaveLength(1);
  });
});
