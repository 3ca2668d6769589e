import { cpus, loadavg } from 'node:os';

/** Above this, someone else is at work too. */
const HIGH_LOAD = 1;

export interface Machine {
  processor: string;
  cores: number;
  threads: number;
}

/** Says on what machine is measured. */
export function tellMachine(threads: number): Machine {
  const [first] = cpus();
  const machine = { processor: first?.model.trim() ?? 'unknown', cores: cpus().length, threads };
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.threads} threads`);
  return machine;
}

/** The average number of processes that were ready to run in the last minute; says it. */
export function tellLoad(when: string): number {
  const value = loadavg()[0]!;
  const warning = value > HIGH_LOAD ? ': HIGH, the figures may be worse than they should' : '';
  console.log(`load ${when} ${value.toFixed(2)}${warning}`);
  return value;
}
