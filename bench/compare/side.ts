import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Threads that have done their work look out for more before they sleep: up to 10 ms of both OpenMP's and onnxruntime's here.
 * Nobody is asked before those of the one before are asleep.
 */
const REST = 50;

/** Megabytes of memory that a side had at most so far. */
export type Answer<T> = T & { peak: number };

/** A program that answers requests, a line of JSON each. */
export class Side {
  private readonly started = performance.now();
  private readonly process: ChildProcess;
  private readonly answers: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      process.exit(1);
    });
    this.answers = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }

  /** Seconds since the program was started. */
  get age(): number {
    return (performance.now() - this.started) / 1000;
  }

  /** The next answer: the first one comes unasked, when the model is open. */
  async answer<T>(): Promise<Answer<T>> {
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.process.spawnargs.slice(0, 4).join(' ')} … ended`);
    return JSON.parse(value);
  }

  async ask<T>(request: object): Promise<Answer<T>> {
    await sleep(REST);
    this.process.stdin!.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  /** Resolves when the program is gone, and its memory with it. */
  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.process;
    if (exitCode !== null || signalCode !== null) return;
    this.process.kill();
    await once(this.process, 'exit');
  }
}
