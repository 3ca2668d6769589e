import { freemem } from 'node:os';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Precision } from '../../protocol/precision';
import type { Checkpoint } from './checkpoint';
import { formatBytes } from './formatBytes';

/**
 * Bytes for each parameter: weights packed once for the way forward and once for the way back, the embeddings read from the disk. And
 * for the process itself and the intermediate values of a micro-batch. Measured with 135 million and with a billion parameters.
 */
const BYTES: Readonly<Record<Precision, { parameter: number; work: number }>> = {
  float32: { parameter: 8, work: 700e6 },
  int8: { parameter: 3, work: 800e6 },
};

/** Bytes of memory that tuning a model takes, estimated. */
export function memoryNeeded(parameters: number, precision: Precision): number {
  const { parameter, work } = BYTES[precision];
  return parameters * parameter + work;
}

/** In words, where a model needs more than there is; undefined where it fits. */
export function memoryShortage(
  parameters: number,
  precision: Precision,
  available = availableMemory(),
): string | undefined {
  const needed = memoryNeeded(parameters, precision);
  if (needed <= available) return undefined;
  return l10n`it needs about ${formatBytes(needed)}, ${formatBytes(available)} are free`;
}

/**
 * Refuses a model that would not fit into memory, before it is read: the system would start to swap, or end the process.
 * Throws SoftpromptError('out-of-memory') that says what is needed and what there is.
 */
export function checkModelFits(
  { name, path, parameters }: Pick<Checkpoint, 'name' | 'path' | 'parameters'>,
  precision: Precision,
  available?: number,
): void {
  const shortage = memoryShortage(parameters, precision, available);
  if (shortage === undefined) return;
  throw new SoftpromptError(
    'out-of-memory',
    l10n`${name} is too large for this machine's memory: ${shortage}.`,
    {
      place: { file: path },
      hint: memoryShortage(parameters, 'int8', available) ? smallerHint() : int8Hint(),
    },
  );
}

export const smallerHint = (): string => l10n`Close other programs, or choose a smaller model.`;

const int8Hint = (): string =>
  l10n`Set training.precision to "int8" in the task file, close other programs, or choose a smaller model.`;

/** Bytes that can be taken without swapping, limits set for the process (containers) included. */
export function availableMemory(): number {
  return typeof process.availableMemory === 'function' ? process.availableMemory() : freemem();
}
