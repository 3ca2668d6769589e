import { freemem } from 'node:os';
import { SoftpromptError } from '../../protocol/errors';
import type { Checkpoint } from './checkpoint';
import { formatBytes } from './formatBytes';

/** Float32 weights, packed once for the way forward and once for the way back. */
const BYTES_PER_PARAMETER = 8;
/** The process itself, and the intermediate values of a micro-batch. */
const WORKING_BYTES = 500e6;

/** Bytes of memory that tuning a model takes, estimated. */
export function memoryNeeded(parameters: number): number {
  return parameters * BYTES_PER_PARAMETER + WORKING_BYTES;
}

/** In words, where a model needs more than there is; undefined where it fits. */
export function memoryShortage(parameters: number, available = availableMemory()): string | undefined {
  const needed = memoryNeeded(parameters);
  if (needed <= available) return undefined;
  return `it needs about ${formatBytes(needed)}, ${formatBytes(available)} are free`;
}

/**
 * Refuses a model that would not fit into memory, before it is read: the system would start to swap, or end the process.
 * Throws SoftpromptError('out-of-memory') that says what is needed and what there is.
 */
export function checkModelFits(
  { name, path, parameters }: Pick<Checkpoint, 'name' | 'path' | 'parameters'>,
  available?: number,
): void {
  const shortage = memoryShortage(parameters, available);
  if (shortage === undefined) return;
  throw new SoftpromptError('out-of-memory', `${name} is too large for this machine's memory: ${shortage}.`, {
    place: { file: path },
    hint: SMALLER_HINT,
  });
}

export const SMALLER_HINT = 'Close other programs, or choose a smaller model.';

/** Bytes that can be taken without swapping, limits set for the process (containers) included. */
export function availableMemory(): number {
  return typeof process.availableMemory === 'function' ? process.availableMemory() : freemem();
}
