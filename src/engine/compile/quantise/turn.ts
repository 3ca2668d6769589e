import type { Checkpoint, TensorEntry } from '../../models/checkpoint';
import type { TurnedModel, TurnedWeight } from '../../models/languageModel';
import { transposed } from '../../models/transposed';
import { Rotation } from './rotation';

/** The weights of a turned model, made from the checkpoint's when they are read. */
export function turnWeights(checkpoint: Checkpoint, turned: TurnedModel): Map<string, TensorEntry> {
  const { hiddenSize } = checkpoint.config;
  const rotation = new Rotation(hiddenSize);
  const weights = new Map(checkpoint.weights);
  for (const [name, how] of turned.weights) {
    const weight = checkpoint.weights.get(name)!;
    const gain = how.side === 'reads' ? checkpoint.weights.get(how.gain)! : undefined;
    weights.set(name, {
      ...weight,
      read: async () => {
        const values = ((await weight.read()) as Float32Array).slice();
        return turnedValues(values, how, rotation, (await gain?.read()) as Float32Array | undefined);
      },
    });
  }
  weights.set(turned.rotation, {
    name: turned.rotation,
    shape: [hiddenSize, hiddenSize],
    read: async () => rotation.matrix(),
  });
  return weights;
}

/** `reads`: W · diag(gain) · Q. `writes`: Qᵀ · W, a bias being one column. */
function turnedValues(
  values: Float32Array,
  { side }: TurnedWeight,
  rotation: Rotation,
  gain: Float32Array | undefined,
): Float32Array {
  if (side === 'writes') {
    const width = values.length / rotation.size;
    const columns = transposed(values, rotation.size, width);
    rotation.apply(columns);
    return transposed(columns, width, rotation.size);
  }
  const { size } = rotation;
  for (let i = 0; i < values.length; i++) values[i]! *= gain![i % size]!;
  rotation.apply(values);
  return values;
}
