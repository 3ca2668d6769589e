import { evaluateDim } from '../graph/dims';
import type { Graph } from '../graph/graph';
import type { Scratch } from '../runtime/scratch';
import type { Session } from '../runtime/session';
import { floats, type Tensor } from '../runtime/tensor';
import type { BatchTensors } from './batchTensors';
import type { RotaryTables } from './rotaryTables';
import { sizesOf } from './stageInputs';

/**
 * Runs a stage's graph with the named outputs written into scratch memory. Outputs that are not named would be kept by
 * the session in memory of its own, for every session anew.
 */
export function runIntoScratch(
  { scratch, rotary }: { scratch: Scratch; rotary: RotaryTables },
  session: Session,
  run: {
    graph: Graph;
    names: readonly string[];
    inputs: Readonly<Record<string, Tensor>>;
    batch: BatchTensors;
  },
): Promise<Record<string, Tensor>> {
  const sizes = sizesOf(run.batch, rotary);
  const outputs = run.names.map((name) => {
    const shape = run.graph.shapeOf(name).map((dim) => evaluateDim(dim, sizes));
    return [name, floats(scratch.take(shape.reduce((product, size) => product * size, 1)), shape)] as const;
  });
  return session.run(run.inputs, Object.fromEntries(outputs));
}
