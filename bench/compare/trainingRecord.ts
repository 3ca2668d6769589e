import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Machine } from './machine';

/** One training of one variant. Seconds are of training alone: looks are not counted. */
export interface TrainingRecord {
  /** What was trained, beside variant and seed; runs are compared only where it is the same. */
  setting: string;
  variant: string;
  seed: number;
  date: string;
  machine: Machine & { loadBefore: number };
  /** Seconds until the model was open. */
  opened: number;
  rowsAStep: number;
  /** One a step. */
  losses: number[];
  seconds: number[];
  looks: { step: number; accuracy: number; loss: number }[];
  /** Rows that each look sees. */
  lookRows: number;
  /** Megabytes. */
  peak: number;
}

/** Trainings that were made before, a line of JSON each; an interrupted measurement goes on where it was. */
export class TrainingRecords {
  private records: TrainingRecord[];

  constructor(private readonly file: string) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    this.records = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  get last(): TrainingRecord | undefined {
    return this.records.at(-1);
  }

  of(setting: string): readonly TrainingRecord[] {
    return this.records.filter((record) => record.setting === setting);
  }

  find(setting: string, variant: string, seed: number): TrainingRecord | undefined {
    return this.of(setting).find((record) => record.variant === variant && record.seed === seed);
  }

  /** Keeps a record in place of an older one of the same training. */
  keep(record: TrainingRecord): void {
    const older = this.find(record.setting, record.variant, record.seed);
    this.records = [...this.records.filter((other) => other !== older), record];
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, this.records.map((one) => `${JSON.stringify(one)}\n`).join(''));
  }
}
