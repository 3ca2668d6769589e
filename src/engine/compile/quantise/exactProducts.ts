import { newGraph } from '../../graph/builder';
import { type Graph, MICROSOFT } from '../../graph/graph';
import { floats } from '../../runtime/tensor';
import type { StageSessions } from '../stageSessions';

/** Enough for the same inner loops as those of layers. */
const SIZE = 64;
/** The largest that a weight is rounded to. */
const LARGEST = 127;

/**
 * Whether products in 8 bits come out right here. Processors of x86 without VNNI add them up two by two in 16 bits, and cut off
 * what does not fit: unsigned 255 times 127, twice, for the largest. onnxruntime has a way around it (session.x64quantprecision),
 * but in its optimiser, on copies of the weights.
 */
export async function productsAreExact(sessions: Pick<StageSessions, 'other'>): Promise<boolean> {
  const session = await sessions.other('largest product', largestProduct);
  const ones = floats(new Float32Array(SIZE * SIZE).fill(1), [SIZE, SIZE]);
  const outputs = await session.run({ values: ones }, { [OUTPUT]: null });
  const expected = SIZE * LARGEST;
  return (outputs[OUTPUT]!.data as Float32Array).every((sum) => Math.abs(sum / expected - 1) < 0.01);
}

const OUTPUT = 'DynamicQuantizeMatMul:0';

/** Rows times a weight that is 127 everywhere. */
function largestProduct(): Graph {
  const build = newGraph('largest product');
  const values = build.input('values', 'float32', [SIZE, SIZE]);
  const bytes = new Uint8Array(SIZE * SIZE).fill(LARGEST);
  const data = { kind: 'inline', bytes } as const;
  const weight = build.initializer('weight', { type: 'int8', shape: [SIZE, SIZE], data });
  const inputs = [values, weight, build.ones(SIZE)];
  build.output(build.add('DynamicQuantizeMatMul', inputs, { domain: MICROSOFT }));
  return build.graph;
}
