import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type GraphBuilder, newGraph } from '../../../src/engine/graph/builder';
import { floatsInitializer } from '../../../src/engine/graph/constants';
import { expandFused } from '../../../src/engine/graph/expansions/expandFused';
import type { AttentionPorts, MaskNeed } from '../../../src/engine/graph/expansions/expansion';
import { EXPANSIONS } from '../../../src/engine/graph/expansions/expansionTable';
import { type Attribute, MICROSOFT, type Node } from '../../../src/engine/graph/graph';
import { writeOnnx } from '../../../src/engine/graph/writeOnnx';
import { Random } from '../../../src/engine/random';
import { Session } from '../../../src/engine/runtime/session';
import { floats, type Tensor } from '../../../src/engine/runtime/tensor';

/** Sizes of the cases. */
export const [ROWS, LENGTH, PAST] = [2, 5, 3];
export const float = (value: number): Attribute => ({ kind: 'float', value });

/** One fused operator with float inputs, made twice: as it is, and rewritten. */
export interface ExpansionCase {
  inputs: Record<string, number[]>;
  /** Adds the node; answers the outputs to compare. */
  build(b: GraphBuilder): string[];
  /** Tokens before the row's own. */
  past?: number;
  rows?: number;
  /** The past is one for all rows: fed as such to the rewritten graph, repeated to the fused operator. */
  sharedPast?: boolean;
  /** For each row, how many of its tokens are filled up. */
  padding?: number[];
  /** Nothing is masked. */
  open?: boolean;
}

export const fused = (
  b: GraphBuilder,
  op: string,
  inputs: string[],
  attributes: Record<string, Attribute | number>,
  outputs = 1,
) => b.addMany(op, inputs, { domain: MICROSOFT, attributes, outputs });

export const int32 = (b: GraphBuilder, values: number[], shape: number[]) =>
  b.initializer('lengths', {
    type: 'int32',
    shape,
    data: { kind: 'inline', bytes: new Uint8Array(Int32Array.from(values).buffer) },
  });

/** 0 where a token may look, a large negative number where not. */
function maskFor(b: GraphBuilder, need: MaskNeed, past: number, padding: number[]): string {
  const total = past + LENGTH;
  const values: number[] = [];
  for (const filled of padding) {
    for (let query = past; query < total; query++) {
      for (let key = 0; key < total; key++) {
        const seen =
          key < total - filled &&
          (!need.causal || key <= query) &&
          (need.window === undefined || query - key < need.window);
        values.push(seen ? 0 : -1e9);
      }
    }
  }
  return b.initializer('mask', floatsInitializer(values, [padding.length, 1, LENGTH, total]));
}

export function portsOf(b: GraphBuilder, c: ExpansionCase, needs: MaskNeed[]): AttentionPorts {
  const past = c.past ?? 0;
  return {
    mask: (need) => {
      needs.push(need);
      return c.open ? undefined : maskFor(b, need, past, c.padding ?? [0]);
    },
    positions: () => {
      const rows = c.rows ?? ROWS;
      const values = Array.from({ length: rows * LENGTH }, (_, i) => past + (i % LENGTH));
      return b.add('Reshape', [b.ints(values), b.ints([rows, LENGTH])]);
    },
    rowsShape: () => (c.sharedPast ? b.ints([ROWS, 1, 1, 1]) : undefined),
  };
}

export async function run(b: GraphBuilder, feeds: Record<string, Tensor>, outputs: string[]) {
  for (const output of outputs) b.output(output);
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-expansion-'));
  try {
    const file = join(folder, 'case.onnx');
    await writeFile(file, writeOnnx(b.graph));
    const session = await Session.open(file, { threads: 1 });
    const results = await session.run(feeds, Object.fromEntries(outputs.map((name) => [name, null])));
    await session.close();
    return outputs.map((name) => results[name]!);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Largest difference between what onnxruntime's operator answers and what its expansion does, and the masks
 * asked for.
 */
export async function compare(c: ExpansionCase): Promise<{ difference: number; needs: MaskNeed[] }> {
  const random = Random.seeded(3);
  const shapeOf = (name: string, shape: number[]) =>
    c.sharedPast && name.startsWith('past')
      ? shape.map((size, i) => (i === shape.length - 4 ? 1 : size))
      : shape;
  const feeds = Object.fromEntries(
    Object.entries(c.inputs).map(([name, shape]) => {
      const small = shapeOf(name, shape);
      const count = small.reduce((n, size) => n * size, 1);
      return [
        name,
        floats(
          Float32Array.from({ length: count }, () => 2 * random.next() - 1),
          small,
        ),
      ];
    }),
  );
  const repeated = Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [name, repeat(tensor, c.inputs[name]!)]),
  );
  const original = newGraph('fused');
  for (const [name, shape] of Object.entries(c.inputs)) original.input(name, 'float32', shape);
  const expected = await run(original, repeated, c.build(original));

  const rewritten = newGraph('expanded');
  for (const [name, shape] of Object.entries(c.inputs))
    rewritten.input(name, 'float32', shapeOf(name, shape));
  const outputs = c.build(rewritten);
  const needs: MaskNeed[] = [];
  expandFused(rewritten, portsOf(rewritten, c, needs));
  const left = rewritten.graph.nodes.filter((node: Node) => EXPANSIONS[`${node.domain}:${node.op}`]);
  expect(left).toEqual([]);
  const found = await run(rewritten, feeds, outputs);
  let difference = 0;
  expected.forEach((tensor, i) => {
    expect(found[i]!.shape).toEqual(tensor.shape);
    expect(rewritten.graph.shapeOf(outputs[i]!)).toEqual(tensor.shape);
    const rowSize = tensor.data.length / tensor.shape[0]!;
    const width = rowSize / LENGTH;
    tensor.data.forEach((value, at) => {
      // What stands at filled-up places is nobody's concern.
      const filled = i === 0 ? (c.padding?.[Math.floor(at / rowSize)] ?? 0) : 0;
      if (Math.floor((at % rowSize) / width) >= LENGTH - filled) return;
      difference = Math.max(difference, Math.abs(Number(value) - Number(found[i]!.data[at])));
    });
  });
  return { difference, needs };
}

/** A tensor with its rows repeated, where it has one for all. */
function repeat(tensor: Tensor, shape: number[]): Tensor {
  const count = shape.reduce((n, size) => n * size, 1);
  if (count === tensor.data.length) return tensor;
  const rowsAxis = shape.length - 4;
  const inner = shape.slice(rowsAxis + 1).reduce((n, size) => n * size, 1);
  const data = Float32Array.from({ length: count }, (_, at) => {
    const outer = Math.floor(at / (inner * shape[rowsAxis]!));
    return Number(tensor.data[outer * inner + (at % inner)]);
  });
  return floats(data, shape);
}
