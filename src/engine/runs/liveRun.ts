import type { Phase } from '../../protocol/phases';
import type { RunEvent, RunRecord, RunState } from '../../protocol/runs';
import { MetricsLog, readEvents } from './metricsLog';
import { runFiles } from './runFolder';
import { writeRecord } from './runRecord';

/** Progress within a phase is told this often at most, in milliseconds. */
const PHASE_INTERVAL = 250;

/** A run that this process works on: its record and events, on disk and told to whoever listens. */
export class LiveRun {
  readonly files: ReturnType<typeof runFiles>;
  private readonly log: MetricsLog;
  private readonly told = new Set<string>();
  private phase = { name: '', time: 0 };

  private constructor(
    readonly folder: string,
    private known: RunRecord,
    private readonly onEvent: ((event: RunEvent) => void) | undefined,
    keepBytes: number | undefined,
  ) {
    this.files = runFiles(folder);
    this.log = new MetricsLog(this.files.metrics, keepBytes);
  }

  /** Takes the folder over. Events after `keepBytes` of metrics.jsonl are dropped; notices among the rest are not repeated. */
  static async begin(
    folder: string,
    record: RunRecord,
    { onEvent, keepBytes }: { onEvent?: (event: RunEvent) => void; keepBytes?: number },
  ): Promise<LiveRun> {
    await writeRecord(folder, record);
    const run = new LiveRun(folder, record, onEvent, keepBytes);
    for (const event of await readEvents(run.files.metrics)) {
      if (event.type === 'notice') run.told.add(event.message);
    }
    return run;
  }

  get record(): Readonly<RunRecord> {
    return this.known;
  }

  async update(changes: Partial<RunRecord>): Promise<void> {
    this.known = { ...this.known, ...changes };
    await writeRecord(this.folder, this.known);
  }

  async setState(state: RunState, changes: Partial<RunRecord> = {}): Promise<void> {
    await this.update({ ...changes, state });
    this.emit({ type: 'state', time: Date.now(), state, error: changes.error });
  }

  emit(event: RunEvent): void {
    this.log.append(event);
    this.onEvent?.(event);
  }

  notice(message: string, hint?: string): void {
    if (this.told.has(message)) return;
    this.told.add(message);
    this.emit({ type: 'notice', time: Date.now(), message, hint });
  }

  /** Progress of the preparations and the test; `total` 0 where it is not known. */
  tellPhase(phase: Phase, done = 0, total = 0): void {
    const time = Date.now();
    const early = phase === this.phase.name && time - this.phase.time < PHASE_INTERVAL;
    if (early && done < total) return;
    this.phase = { name: phase, time };
    this.emit({ type: 'phase', time, phase, done: total > 0 ? Math.min(done, total) : done, total });
  }

  /** Everything told so far is on the disk; the length of metrics.jsonl then. */
  async syncEvents(): Promise<number> {
    const { bytes } = this.log;
    await this.log.sync();
    return bytes;
  }

  close(): void {
    this.log.close();
  }
}
