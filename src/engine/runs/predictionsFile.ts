import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { PredictionRecord } from '../../protocol/runs';
import { replaceFile } from '../durableFile';

const predictionSchema = z.looseObject({
  row: z.int(),
  line: z.int(),
  file: z.string(),
  text: z.string(),
  expected: z.string(),
  predicted: z.string(),
  correct: z.boolean(),
  confidence: z.number(),
  loss: z.number(),
});

/** Writes predictions.jsonl, one line a row, all at once. */
export async function writePredictions(
  file: string,
  predictions: readonly PredictionRecord[],
): Promise<void> {
  await replaceFile(file, predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join(''));
}

/** Reads predictions.jsonl; empty before the test. Throws SoftpromptError('run-invalid') with the line. */
export async function readPredictions(file: string): Promise<PredictionRecord[]> {
  const predictions: PredictionRecord[] = [];
  let line = 0;
  try {
    for await (const text of createInterface({
      input: createReadStream(file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      line += 1;
      if (text !== '')
        predictions.push(predictionSchema.parse(JSON.parse(text)) as unknown as PredictionRecord);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new SoftpromptError('run-invalid', l10n`This line is not a prediction.`, {
      place: { file, line },
      hint: l10n`Evaluate the run again to write the file anew.`,
      cause,
    });
  }
  return predictions;
}
