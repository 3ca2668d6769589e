import { expect, it } from 'vitest';
import { Sizes } from '../../src/engine/gradient/sizes';
import { newGraph } from '../../src/engine/graph/builder';
import { constantInts } from '../../src/engine/graph/constants';
import type { Shape } from '../../src/engine/graph/graph';
import { floats } from '../../src/engine/runtime/tensor';
import { run } from '../graph/expansions/compare';

function graphOf(shapes: Record<string, Shape>) {
  const b = newGraph('g');
  for (const [name, shape] of Object.entries(shapes)) b.input(name, 'float32', shape);
  return b;
}

const zeros = (shape: number[]) => floats(new Float32Array(shape.reduce((n, size) => n * size, 1)), shape);

it('shapes that are known are constants', () => {
  const b = graphOf({ x: [2, 3] });
  const sizes = new Sizes(b, []);
  expect(constantInts(b.graph, sizes.shape('x'))).toEqual([2, 3]);
  expect(constantInts(b.graph, sizes.size('x', 1))).toEqual([3]);
  expect(b.graph.nodes).toEqual([]);
});

it('open sizes are read off the sources, not off the value', async () => {
  const b = graphOf({ seed: ['rows', 'length', 8], x: ['length', 4, 'rows'] });
  const sizes = new Sizes(b, ['seed']);
  const shape = sizes.shape('x');
  const size = sizes.size('x', 0);
  expect(b.graph.nodes.flatMap(({ inputs }) => inputs)).not.toContain('x');
  b.graph.inputs.pop();
  const [whole, one] = await run(b, { seed: zeros([5, 7, 8]) }, [shape, size]);
  expect([...whole!.data].map(Number)).toEqual([7, 4, 5]);
  expect([...one!.data].map(Number)).toEqual([7]);
});

it('what the sources have not is read off the value', async () => {
  const b = graphOf({ seed: ['rows', 8], x: ['rows', 'past', 3] });
  const sizes = new Sizes(b, ['seed']);
  const [shape, past] = [sizes.shape('x'), sizes.size('x', 1)];
  const feeds = { x: zeros([2, 6, 3]) };
  b.graph.inputs.shift();
  const [whole, one] = await run(b, feeds, [shape, past]);
  expect([...whole!.data].map(Number)).toEqual([2, 6, 3]);
  expect([...one!.data].map(Number)).toEqual([6]);
});

it('asked again, the same value answers', () => {
  const b = graphOf({ seed: ['rows', 8], x: ['rows', 3], y: ['rows', 3] });
  const sizes = new Sizes(b, ['seed']);
  expect(sizes.shape('x')).toBe(sizes.shape('y'));
  expect(b.graph.nodes.map(({ op }) => op)).toEqual(['Shape', 'Concat']);
});
