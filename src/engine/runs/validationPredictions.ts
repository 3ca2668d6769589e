import { rm } from 'node:fs/promises';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { EvaluatedRows } from '../../protocol/requests';
import type { PredictionRecord, ValidationPredictions } from '../../protocol/runs';
import { withPrevious } from './predictionChanges';
import { readPredictions, writePredictions } from './predictionsFile';

/** The last validation, as validation-predictions.jsonl has it. Throws SoftpromptError('run-invalid') with the line. */
export async function readValidationPredictions(file: string): Promise<ValidationPredictions | undefined> {
  const lines = (await readPredictions(file)) as (PredictionRecord & { step?: number })[];
  if (lines.length === 0) return undefined;
  const step = lines[0]!.step;
  if (typeof step !== 'number') {
    throw new SoftpromptError('run-invalid', l10n`This line is not a prediction.`, {
      place: { file, line: 1 },
    });
  }
  return { step, predictions: lines.map(({ step: _, ...prediction }) => prediction) };
}

/** What a run keeps of its validations: every row of the last one, beside what it was answered at the one before. */
export class ValidationRows {
  private constructor(
    private readonly file: string,
    private readonly tell: ((rows: EvaluatedRows) => void) | undefined,
    private before: readonly PredictionRecord[],
  ) {}

  /** Goes on from `step`; rows of a later one belong to steps that are made again, and are dropped. */
  static async from(
    file: string,
    step: number,
    tell: ((rows: EvaluatedRows) => void) | undefined,
  ): Promise<ValidationRows> {
    // It is only for looking at, and written anew at the next validation: a damaged one must not keep a run from going on.
    const last = await readValidationPredictions(file).catch(() => undefined);
    if (last && last.step <= step) return new ValidationRows(file, tell, last.predictions);
    await rm(file, { force: true });
    return new ValidationRows(file, tell, []);
  }

  async keep(step: number, answered: readonly PredictionRecord[]): Promise<void> {
    const predictions = withPrevious(answered, this.before);
    this.before = predictions;
    await writePredictions(
      this.file,
      predictions.map((prediction) => ({ step, ...prediction })),
    );
    this.tell?.({ split: 'validation', step, predictions });
  }
}
