import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that answers requests, a line of JSON each. */
export class Side {
  constructor(command, args) {
    this.started = performance.now();
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      process.exit(1);
    });
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** Seconds since the program was started. */
  get age() {
    return (performance.now() - this.started) / 1000;
  }

  /** The next answer: the first one comes unasked, when the model is open. */
  async answer() {
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.process.spawnargs.join(' ')} ended`);
    return JSON.parse(value);
  }

  ask(request) {
    this.process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  stop() {
    this.process.kill();
  }
}
