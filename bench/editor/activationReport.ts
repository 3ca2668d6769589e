import type { Machine } from '../compare/machine';
import { atShare } from '../compare/statistics';

/** One load and one activation in a process of its own; milliseconds. */
export interface Activation {
  /** From `require` to what the file exports. */
  load: number;
  /** Processor time of that, which other work on the machine prolongs less. */
  loadProcessor: number;
  activate: number;
}

/** What bench/activation.ts writes. */
export interface ActivationRecord {
  date: string;
  machine: Machine & { loadBefore: number };
  /** Size of extension.js in bytes. */
  bytes: number;
  activations: Activation[];
}

const ROWS: readonly [string, (one: Activation) => number][] = [
  ['load `extension.js`', ({ load }) => load],
  ['of it, processor time', ({ loadProcessor }) => loadProcessor],
  ['`activate`', ({ activate }) => activate],
  ['both', ({ load, activate }) => load + activate],
];

export function activationTable({ activations }: Pick<ActivationRecord, 'activations'>): string[][] {
  return [
    ['ms', 'least', 'median', '95 %'],
    ...ROWS.map(([name, take]) => {
      const values = activations.map(take);
      return [name, ...[0, 0.5, 0.95].map((share) => atShare(values, share).toFixed(1))];
    }),
  ];
}
