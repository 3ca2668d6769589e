import { newGraph } from '../graph/builder';
import type { ElementType, Graph } from '../graph/graph';
import { floats, halves } from '../runtime/tensor';
import type { StageSessions } from './stageSessions';

/** A graph that turns numbers of one type into another: many times as fast as a loop here would be. */
function castGraph(from: ElementType, to: ElementType, number: number): Graph {
  const build = newGraph(`${from} to ${to}`);
  const values = build.input('values', from, ['count']);
  const types = [{ type: to, shape: ['count'] }];
  build.output(build.add('Cast', [values], { attributes: { to: number }, types }));
  return build.graph;
}

const OUTPUT = 'Cast:0';
/** ONNX's numbers of the types. */
const FLOAT = 1;
const FLOAT16 = 10;

/** Rounds to half precision, to the nearest, as IEEE 754 says. */
export async function toHalf(sessions: StageSessions, values: Float32Array): Promise<Uint16Array> {
  const session = await sessions.other('to half', () => castGraph('float32', 'float16', FLOAT16));
  const bits = new Uint16Array(values.length);
  const shape = [values.length];
  await session.run({ values: floats(values, shape) }, { [OUTPUT]: halves(bits, shape) });
  return bits;
}

export async function fromHalf(
  sessions: StageSessions,
  bits: Uint16Array,
  into: Float32Array,
): Promise<void> {
  const session = await sessions.other('from half', () => castGraph('float16', 'float32', FLOAT));
  const shape = [bits.length];
  await session.run({ values: halves(bits, shape) }, { [OUTPUT]: floats(into, shape) });
}
