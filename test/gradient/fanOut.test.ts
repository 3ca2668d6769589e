import { expect, it } from 'vitest';
import type { GraphBuilder } from '../../src/engine/graph/builder';
import { Random } from '../../src/engine/random';
import { checkRule } from './numericCheck';

const PAIRS = ['Add', 'Sub', 'Mul', 'MatMul'];
const SINGLES = ['Tanh', 'Sigmoid', 'Neg', 'Transpose', 'Softmax'];
const NODES = 8;

/** A random graph of square matrices, in which values are used by several nodes, and the last ones are its outputs. */
function randomGraph(seed: number) {
  return (b: GraphBuilder): string[] => {
    const random = Random.seeded(seed);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random.next() * list.length)]!;
    const values = ['x', 'y'];
    for (let i = 0; i < NODES; i++) {
      const pair = random.next() < 0.6;
      values.push(b.add(pick(pair ? PAIRS : SINGLES), pair ? [pick(values), pick(values)] : [pick(values)]));
    }
    const both = b.add('Add', [values.at(-2)!, b.add('Mul', ['x', 'y'])]);
    return [values.at(-1)!, both].filter((value, i, all) => all.indexOf(value) === i);
  };
}

it.each(Array.from({ length: 25 }, (_, i) => i + 1))(
  'gradients of all uses of a value are summed (%i)',
  async (seed) => {
    const build = randomGraph(seed);
    const { analytic, numeric } = await checkRule({ inputs: { x: [3, 3], y: [3, 3] }, build }, seed);
    const size = Math.max(Math.abs(numeric), 0.1);
    expect(Math.abs(analytic - numeric) / size).toBeLessThan(5e-3);
  },
);
