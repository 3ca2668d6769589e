import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { TensorEntry } from './checkpoint';
import type { Architecture, Parameter, Source } from './families/family';
import { transposed } from './transposed';

/** A tensor as a model's files have it. */
export interface FileTensor {
  shape: readonly number[];
  /** As float32, dequantised, row-major. Reads the file each time. */
  read(): Promise<Float32Array>;
}

/**
 * An architecture's weights out of a file's tensors. Throws model-invalid where one is missing or has another shape, and
 * model-unsupported where the file has one that is not asked for (a bias, an adapter, a norm): left out silently, it would
 * change the model's answers.
 */
export function gatherWeights(
  { parameters, ignored }: Architecture,
  tensors: ReadonlyMap<string, FileTensor>,
  file: string,
): Map<string, TensorEntry> {
  const used = new Set<string>();
  const weights = new Map<string, TensorEntry>();
  for (const parameter of parameters) {
    const { name, tensor } = find(parameter.source, tensors, file);
    used.add(name);
    checkShape(parameter, name, tensor, file);
    const { shape, source } = parameter;
    weights.set(parameter.name, {
      name: parameter.name,
      shape,
      read: async () => arranged(await tensor.read(), tensor.shape, shape, source),
    });
  }
  for (const name of tensors.keys()) {
    if (used.has(name) || ignored?.(name)) continue;
    throw new SoftpromptError(
      'model-unsupported',
      l10n`The model has a tensor that Softprompt does not know: ${name}.`,
      {
        place: { file, node: name },
        hint: l10n`It is a variant of its family that cannot be tuned yet. Take the plain one.`,
      },
    );
  }
  return weights;
}

function find({ tensor }: Source, tensors: ReadonlyMap<string, FileTensor>, file: string) {
  const names = typeof tensor === 'string' ? [tensor] : tensor;
  for (const name of names) {
    const found = tensors.get(name);
    if (found) return { name, tensor: found };
  }
  throw new SoftpromptError('model-invalid', l10n`The model has no tensor ${names[0]!}.`, {
    place: { file, node: names[0] },
  });
}

function checkShape({ shape, source }: Parameter, name: string, tensor: FileTensor, file: string): void {
  const found = source.transpose ? [...tensor.shape].reverse() : tensor.shape;
  // Of a tensor that joins several only a part is taken: it must have the rows that are asked for.
  const lastRow = source.rows && Math.max(source.rows(0), source.rows(shape[0]! - 1));
  const fits =
    lastRow === undefined
      ? withoutOnes(found).join() === withoutOnes(shape).join()
      : found.slice(1).join() === shape.slice(1).join() && lastRow < found[0]!;
  if (fits) return;
  throw new SoftpromptError(
    'model-invalid',
    l10n`The tensor ${name} is [${tensor.shape.join(', ')}], but the model's settings ask for [${(source.transpose ? [...shape].reverse() : shape).join(', ')}].`,
    { place: { file, node: name } },
  );
}

/** A row of a matrix with one row is as good as a vector. */
function withoutOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}

/** A tensor's values in our order. */
function arranged(
  values: Float32Array,
  from: readonly number[],
  shape: readonly number[],
  { transpose, rows, add }: Source,
): Float32Array {
  let result = transpose ? transposed(values, from[0]!, from[1]!) : values;
  if (rows) {
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    const picked = new Float32Array(shape[0]! * width);
    for (let row = 0; row < shape[0]!; row++) {
      const start = rows(row) * width;
      picked.set(result.subarray(start, start + width), row * width);
    }
    result = picked;
  }
  return add === undefined ? result : result.map((value) => value + add);
}

/** Values that a model learned: those of all its weights. */
export function countParameters(weights: ReadonlyMap<string, TensorEntry>): number {
  let total = 0;
  for (const { shape } of weights.values()) total += shape.reduce((product, size) => product * size, 1);
  return total;
}
