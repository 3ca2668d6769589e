import { expect, it } from 'vitest';
import { differentiate } from '../../src/engine/gradient/differentiate';
import { newGraph } from '../../src/engine/graph/builder';
import { SoftpromptError } from '../../src/protocol/errors';

it('names an operator without rule before it adds anything', () => {
  const b = newGraph('a model');
  const x = b.input('x', 'float32', [2]);
  const rounded = b.addMany('Round', [x], { name: 'rounding', types: [{ type: 'float32', shape: [2] }] })[0]!;
  const y = b.add('Add', [rounded, x]);
  const seed = b.input('seed', 'float32', [2]);
  const nodes = b.graph.nodes.length;
  const attempt = () => differentiate(b, new Map([[y, seed]]), [x]);
  expect(attempt).toThrow(SoftpromptError);
  expect(attempt).toThrow('No gradient rule for Round in a model.');
  expect(b.graph.nodes.length).toBe(nodes);
});

it('visits only what lies between the wanted values and the loss', () => {
  const b = newGraph('g');
  const x = b.input('x', 'float32', [2]);
  const frozen = b.input('frozen', 'float32', [2]);
  const aside = b.addMany('Round', [frozen], { types: [{ type: 'float32', shape: [2] }] })[0]!;
  const unused = b.addMany('Round', [x], { types: [{ type: 'float32', shape: [2] }] })[0]!;
  const y = b.add('Mul', [x, aside]);
  const seed = b.input('seed', 'float32', [2]);
  const before = b.graph.nodes.length;
  const gradients = differentiate(b, new Map([[y, seed]]), [x]);
  expect(unused).not.toBe(y);
  expect(b.graph.nodes.slice(before).map(({ op, inputs }) => [op, inputs])).toEqual([['Mul', [seed, aside]]]);
  expect([...gradients.keys()]).toEqual([x]);
});
