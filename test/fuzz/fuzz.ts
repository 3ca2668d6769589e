import { Random } from '../../src/engine/random';
import { SoftpromptError } from '../../src/protocol/errors';
import { mutate, type Roll } from './mutate';

const CASES = 100_000;
/** More cases than usual: SOFTPROMPT_FUZZ_CASES. Fewer are not to be had. */
export const FUZZ_CASES = Math.max(CASES, Number(process.env.SOFTPROMPT_FUZZ_CASES) || 0);
/** One case may take this much of the processor, and the heap may be this much larger than before when it is done. */
const CASE_MILLISECONDS = 100;
const HEAP_BYTES = 512 * 2 ** 20;
/** Asking takes longer than most cases do. */
const MEMORY_EVERY = 16;
/** A case that was slow is tried again: the machine may have been busy with something else. */
const TRIES = 3;

export interface FuzzOutcome {
  cases: number;
  /** Cases that were read in spite of their damage. */
  accepted: number;
  slowestMilliseconds: number;
}

export interface FuzzOptions {
  seed?: number;
  cases?: number;
  /** What one case may take, where reading builds more than it reads. */
  milliseconds?: number;
  /** How a copy is damaged. */
  change?: (bytes: Uint8Array, roll: Roll) => Uint8Array;
}

/**
 * Reads damaged copies of the seeds, one after another. Each must be read or refused with a SoftpromptError, in bounded
 * time and memory; anything else is thrown, with the case's number and bytes.
 */
export function fuzz(
  seeds: readonly Uint8Array[],
  read: (bytes: Uint8Array) => void,
  {
    seed = 1,
    cases = FUZZ_CASES,
    milliseconds: limit = CASE_MILLISECONDS,
    change = mutate,
  }: FuzzOptions = {},
): FuzzOutcome {
  const before = process.memoryUsage();
  const outcome: FuzzOutcome = { cases, accepted: 0, slowestMilliseconds: 0 };
  for (let index = 0; index < cases; index++) {
    const random = Random.seeded(seed, index);
    const roll = (limit: number) => random.int(limit);
    const bytes = change(seeds[roll(seeds.length)]!, roll);
    let milliseconds = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < TRIES && milliseconds > limit; attempt++) {
      const [start, used] = [performance.now(), process.cpuUsage()];
      const accepted = attemptToRead(read, bytes, index);
      const { user, system } = process.cpuUsage(used);
      // By the clock on an idle machine; on a busy one what the processor did, threads that clean up included.
      milliseconds = Math.min(performance.now() - start, (user + system) / 1000);
      if (attempt === 0 && accepted) outcome.accepted++;
    }
    if (milliseconds > limit) throw new Error(`${described(index, bytes)} takes ${milliseconds} ms`);
    outcome.slowestMilliseconds = Math.max(outcome.slowestMilliseconds, milliseconds);
    if (index % MEMORY_EVERY !== 0) continue;
    const memory = process.memoryUsage();
    const grown = memory.heapUsed + memory.arrayBuffers - before.heapUsed - before.arrayBuffers;
    if (grown > HEAP_BYTES) throw new Error(`${described(index, bytes)} takes ${grown} bytes of memory`);
  }
  return outcome;
}

function attemptToRead(read: (bytes: Uint8Array) => void, bytes: Uint8Array, index: number): boolean {
  try {
    read(bytes);
    return true;
  } catch (error) {
    if (error instanceof SoftpromptError) return false;
    throw new Error(`${described(index, bytes)} is no error for people: ${(error as Error).stack}`);
  }
}

function described(index: number, bytes: Uint8Array): string {
  return `Case ${index} (${Buffer.from(bytes).toString('base64')})`;
}
