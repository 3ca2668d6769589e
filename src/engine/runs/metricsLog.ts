import { closeSync, fsyncSync, openSync, readSync, statSync, truncateSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type RunEvent, runEventEnvelope } from '../../protocol/runs';
import { namingFullDisk } from '../durableFile';

/** metrics.jsonl, being written: one event a line, each handed to the system at once, so that a kill loses none. */
export class MetricsLog {
  private readonly descriptor: number;
  private length: number;

  /** Opens the file; what stands after `keepBytes` is dropped. */
  constructor(
    private readonly file: string,
    keepBytes = Number.POSITIVE_INFINITY,
  ) {
    this.descriptor = openSync(file, 'a');
    this.length = statSync(file).size;
    if (this.length > keepBytes) {
      truncateSync(file, keepBytes);
      this.length = keepBytes;
    }
    if (this.length > 0 && !endsLine(file, this.length)) this.write('\n');
  }

  /** Length of the file in bytes. */
  get bytes(): number {
    return this.length;
  }

  append(event: RunEvent): void {
    this.write(`${JSON.stringify(event)}\n`);
  }

  /** Waits until everything is on the disk. */
  async sync(): Promise<void> {
    await namingFullDisk(this.file, async () => fsyncSync(this.descriptor));
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private write(text: string): void {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.descriptor, bytes, done);
    this.length += bytes.length;
  }
}

/** Every event of a metrics.jsonl; a torn line and types that this version does not know are left out. */
export async function readEvents(file: string): Promise<RunEvent[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const events: RunEvent[] = [];
  for (const line of text.split('\n')) {
    const event = parseEvent(line);
    if (event) events.push(event);
  }
  return events;
}

const KNOWN: Record<RunEvent['type'], true> = {
  state: true,
  phase: true,
  step: true,
  evaluation: true,
  notice: true,
  resumed: true,
};

function parseEvent(line: string): RunEvent | undefined {
  if (line.trim() === '') return undefined;
  try {
    const event = runEventEnvelope.parse(JSON.parse(line));
    return Object.hasOwn(KNOWN, event.type) ? (event as unknown as RunEvent) : undefined;
  } catch {
    return undefined;
  }
}

function endsLine(file: string, length: number): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const last = Buffer.alloc(1);
    return readSync(descriptor, last, 0, 1, length - 1) === 1 && last[0] === 0x0a;
  } finally {
    closeSync(descriptor);
  }
}
