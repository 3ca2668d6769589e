import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchTensors } from '../../src/engine/compile/batchTensors';
import { LAYERS_PER_STAGE } from '../../src/engine/compile/openPromptModel';
import { RotaryTables } from '../../src/engine/compile/rotaryTables';
import { sizesOf } from '../../src/engine/compile/stageInputs';
import { planStage } from '../../src/engine/compile/stagePlan';
import { type GraphBuilder, newGraph } from '../../src/engine/graph/builder';
import { floatsInitializer } from '../../src/engine/graph/constants';
import { countElements, evaluateDim } from '../../src/engine/graph/dims';
import { type Graph, intAttribute, MICROSOFT } from '../../src/engine/graph/graph';
import { writeOnnx } from '../../src/engine/graph/writeOnnx';
import type { LanguageModel } from '../../src/engine/models/languageModel';
import type { TokenBatch, TokenRow } from '../../src/engine/prompt/tokenRow';
import { Session } from '../../src/engine/runtime/session';
import { floats } from '../../src/engine/runtime/tensor';
import type { Precision } from '../../src/protocol/precision';

const PRODUCTS = new Set(['MatMul', 'FusedMatMul']);

/** Floating-point operations of matrix products. */
export interface Operations {
  forward: number;
  backward: number;
  /** Those of both with a weight on the right, which int8 rounds; the others are attention's. */
  weights: number;
  /** Tokens that go through, padding included. */
  tokens: number;
}

/**
 * Floating-point operations of the matrix products of training steps, padding included, as the graphs of a model with a
 * cache run them. The head is left out: over a few label words it is nothing.
 *
 * @param steps the micro-batches of each step
 */
export function matrixOperations(
  model: LanguageModel,
  virtualTokens: number,
  steps: readonly (readonly TokenBatch[])[],
): Operations {
  const { layers } = model.config;
  const stages = Array.from({ length: Math.ceil(layers / LAYERS_PER_STAGE) }, (_, i) =>
    planStage(model.stage(i * LAYERS_PER_STAGE, Math.min(layers, (i + 1) * LAYERS_PER_STAGE))),
  );
  const rotary = new RotaryTables(model.rotary);
  const total: Operations = { forward: 0, backward: 0, weights: 0, tokens: 0 };
  const add = (rows: readonly TokenRow[], past: number) => {
    const batch = batchTensors(rows, past);
    const sizes = sizesOf(batch, rotary);
    total.tokens += batch.rows * batch.length;
    for (const { forward, backward } of stages) {
      for (const [way, graph] of [
        ['forward', forward],
        ['backward', backward],
      ] as const) {
        const { all, weights } = operationsOf(graph, sizes);
        total[way] += all;
        total.weights += weights;
      }
    }
  };
  for (const batches of steps) {
    add([{ tokens: new Int32Array(virtualTokens) }], 0);
    for (const { rows } of batches) add(rows, virtualTokens);
  }
  return total;
}

/** A product of [m, k] and [k, n] is m · k · n multiplications and as many additions. */
function operationsOf(
  graph: Graph,
  sizes: Readonly<Record<string, number>>,
): { all: number; weights: number } {
  const total = { all: 0, weights: 0 };
  for (const node of graph.nodes) {
    if (!PRODUCTS.has(node.op)) continue;
    const inner = graph.shapeOf(node.inputs[0]!).at(intAttribute(node, 'transA', 0) === 1 ? -2 : -1)!;
    const count = 2 * countElements(graph.shapeOf(node.outputs[0]!), sizes) * evaluateDim(inner, sizes);
    total.all += count;
    if (graph.initializers.has(node.inputs[1]!)) total.weights += count;
  }
  return total;
}

/** The most operations a second that onnxruntime reaches in a large product of each kind. */
export type Rates = Record<Precision, number>;

/** Seconds that the products take at these rates: no way of computing the same can be faster. */
export function leastSeconds(
  { forward, backward, weights }: Operations,
  rates: Rates,
  precision: Precision,
): number {
  return weights / rates[precision] + (forward + backward - weights) / rates.float32;
}

const SIZE = 2048;
const TRIES = 8;

export async function measureRates(threads: number): Promise<Rates> {
  return {
    float32: await rateOf(threads, (build, left) =>
      build.add('MatMul', [
        left,
        build.initializer('right', floatsInitializer(noise(SIZE * SIZE), [SIZE, SIZE])),
      ]),
    ),
    int8: await rateOf(threads, (build, left) => {
      const bytes = new Uint8Array(Int8Array.from({ length: SIZE * SIZE }, (_, i) => i % 127).buffer);
      const right = build.initializer('right', {
        type: 'int8',
        shape: [SIZE, SIZE],
        data: { kind: 'inline', bytes },
      });
      const scales = build.initializer('scales', floatsInitializer(noise(SIZE), [SIZE]));
      return build.add('DynamicQuantizeMatMul', [left, right, scales], { domain: MICROSOFT });
    }),
  };
}

/** Operations a second in a product of square matrices; `add` gives the product of `left` with another one. */
async function rateOf(threads: number, add: (build: GraphBuilder, left: string) => string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-peak-'));
  try {
    const build = newGraph('product');
    const left = build.input('left', 'float32', [SIZE, SIZE]);
    const product = add(build, left);
    build.output(product);
    const file = join(folder, 'product.onnx');
    await writeFile(file, writeOnnx(build.graph));
    const session = await Session.open(file, { threads });
    const inputs = { [left]: floats(noise(SIZE * SIZE), [SIZE, SIZE]) };
    const outputs = { [product]: floats(new Float32Array(SIZE * SIZE), [SIZE, SIZE]) };
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < TRIES; i++) {
      const start = performance.now();
      await session.run(inputs, outputs);
      least = Math.min(least, (performance.now() - start) / 1000);
    }
    await session.close();
    return (2 * SIZE ** 3) / least;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const noise = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
