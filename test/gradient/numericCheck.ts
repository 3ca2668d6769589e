import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differentiate } from '../../src/engine/gradient/differentiate';
import { type GraphBuilder, newGraph } from '../../src/engine/graph/builder';
import type { Graph } from '../../src/engine/graph/graph';
import { writeOnnx } from '../../src/engine/graph/writeOnnx';
import { Random } from '../../src/engine/random';
import { Session } from '../../src/engine/runtime/session';
import { floats, integers, type Tensor } from '../../src/engine/runtime/tensor';

/** A small graph around one operator: named float inputs with shapes, of which the first ones are differentiated. */
export interface RuleCase {
  inputs: Record<string, number[]>;
  /** Inputs that get a gradient; all unless told. */
  wanted?: string[];
  integers?: Record<string, { shape: number[]; values: number[] }>;
  /** Values are drawn from [-1, 1] but for a gap around 0, where slopes jump, or from [1, 2]. */
  positive?: boolean;
  build(b: GraphBuilder): string | string[];
  /** Where the operator rounds: the float computation whose gradient it is to have, on the same inputs. */
  standsFor?(b: GraphBuilder): string | string[];
}

const EPSILON = 1e-2;

/**
 * Compares the gradient that the rules build with a central difference along a random direction, both run by
 * onnxruntime. Answers the two directional derivatives of Σ c·y with random c.
 */
export async function checkRule(rule: RuleCase, seed = 1): Promise<{ analytic: number; numeric: number }> {
  const random = Random.seeded(seed);
  const draw = (count: number) => Float32Array.from({ length: count }, () => 2 * random.next() - 1);
  const build = newGraph('case');
  for (const [name, shape] of Object.entries(rule.inputs)) build.input(name, 'float32', shape);
  for (const [name, { shape }] of Object.entries(rule.integers ?? {})) build.input(name, 'int64', shape);
  const outputs = [rule.build(build)].flat();
  const seeds = new Map(
    outputs.map((name) => [name, build.input(`seed of ${name}`, 'float32', build.graph.shapeOf(name))]),
  );
  const wanted = rule.wanted ?? Object.keys(rule.inputs);
  const forwardNodes = build.graph.nodes.length;
  const gradients = differentiate(build, seeds, wanted);
  checkNothingIsDead(build.graph, forwardNodes, [...gradients.values()]);
  // What the numeric derivative is taken of.
  const measured = rule.standsFor ? [rule.standsFor(build)].flat() : outputs;
  for (const name of [...measured, ...wanted.map((input) => gradients.get(input)!)]) build.output(name);

  const size = (shape: readonly (string | number)[]) => shape.reduce<number>((n, d) => n * Number(d), 1);
  const feeds: Record<string, Tensor> = {};
  for (const [name, shape] of Object.entries(rule.inputs)) {
    feeds[name] = floats(
      draw(size(shape)).map((v) => (rule.positive ? 1.5 + v / 2 : v + Math.sign(v) / 20)),
      shape,
    );
  }
  for (const [name, { shape, values }] of Object.entries(rule.integers ?? {}))
    feeds[name] = integers(values, shape);
  for (const [name, seedName] of seeds) {
    const shape = build.graph.shapeOf(name).map(Number);
    feeds[seedName] = floats(draw(size(shape)), shape);
  }

  const folder = await mkdtemp(join(tmpdir(), 'softprompt-rule-'));
  try {
    const file = join(folder, 'case.onnx');
    await writeFile(file, writeOnnx(build.graph));
    const session = await Session.open(file, { threads: 1 });
    const fetches = Object.fromEntries(build.graph.outputs.map((name) => [name, null]));
    const objective = async (inputs: Record<string, Tensor>) => {
      const results = await session.run(inputs, fetches);
      return measured.reduce((sum, name, i) => sum + dot(results[name]!, feeds[seeds.get(outputs[i]!)!]!), 0);
    };
    const directions = Object.fromEntries(
      wanted.map((name) => [name, floats(draw(feeds[name]!.data.length), feeds[name]!.shape)]),
    );
    const moved = (by: number) => ({
      ...feeds,
      ...Object.fromEntries(
        wanted.map((name) => {
          const direction = directions[name]!.data as Float32Array;
          const data = (feeds[name]!.data as Float32Array).map((value, i) => value + by * direction[i]!);
          return [name, floats(data, feeds[name]!.shape)];
        }),
      ),
    });
    const numeric = ((await objective(moved(EPSILON))) - (await objective(moved(-EPSILON)))) / (2 * EPSILON);
    const results = await session.run(feeds, fetches);
    const analytic = wanted.reduce((sum, name) => {
      const gradient = results[gradients.get(name)!]!;
      if (`${gradient.shape}` !== `${feeds[name]!.shape}`) {
        throw new Error(`gradient of ${name} has shape [${gradient.shape}], not [${feeds[name]!.shape}]`);
      }
      return sum + dot(gradient, directions[name]!);
    }, 0);
    await session.close();
    return { analytic, numeric };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nodes that were added for gradients and that no gradient comes from would be work for nothing. */
function checkNothingIsDead(graph: Graph, forwardNodes: number, gradients: readonly string[]): void {
  const used = new Set([...gradients, ...graph.nodes.flatMap((node) => node.inputs)]);
  for (const { name, outputs } of graph.nodes.slice(forwardNodes)) {
    if (!outputs.some((output) => used.has(output))) throw new Error(`nothing comes of ${name}`);
  }
}

function dot(a: Tensor, b: Tensor): number {
  const [x, y] = [a.data as Float32Array, b.data as Float32Array];
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0);
}

/**
 * The same case between transposes: inputs come with their axes reversed and outputs leave so. onnxruntime's optimiser
 * moves transposes past other operators, and a form of these that it mishandles is not to be used.
 */
export function turned(rule: RuleCase): RuleCase {
  const turns = Object.entries(rule.inputs).filter(([, shape]) => shape.length > 1);
  const names = new Map(turns.map(([name]) => [name, `${name}, turned`]));
  const renamed = (name: string) => names.get(name) ?? name;
  const turnedBack = (b: GraphBuilder, outputs: string | string[]) =>
    [outputs].flat().map((value) => b.add('Transpose', [value]));
  const { standsFor } = rule;
  return {
    ...rule,
    inputs: Object.fromEntries(
      Object.entries(rule.inputs).map(([name, shape]) => [
        renamed(name),
        names.has(name) ? [...shape].reverse() : shape,
      ]),
    ),
    wanted: (rule.wanted ?? Object.keys(rule.inputs)).map(renamed),
    build: (b) => {
      for (const [name, shape] of turns) {
        const node = { name: `turn of ${name}`, op: 'Transpose', domain: '', attributes: {} };
        b.graph.nodes.push({ ...node, inputs: [renamed(name)], outputs: [name] });
        b.graph.values.set(name, { type: 'float32', shape });
      }
      return turnedBack(b, rule.build(b));
    },
    ...(standsFor ? { standsFor: (b: GraphBuilder) => turnedBack(b, standsFor(b)) } : {}),
  };
}
