import { SoftpromptError } from '../../protocol/errors';
import type { PredictionRecord } from '../../protocol/runs';
import { readPredictions } from './predictionsFile';

/** A file of answers that cannot be read as it was written, and the line where that shows if it does. */
export interface Damage {
  file: string;
  line?: number;
}

/** Answers as a run has kept them, or none and where their file is damaged. `rows`: how many it should have, if that is known. */
export async function savedAnswers(
  file: string,
  rows?: number,
): Promise<{ predictions: PredictionRecord[]; damage?: Damage }> {
  try {
    const predictions = await readPredictions(file);
    if (rows === undefined || predictions.length === rows) return { predictions };
    return { predictions: [], damage: { file } };
  } catch (error) {
    return { predictions: [], damage: damageOf(error) };
  }
}

/** Throws on what is not about the file's content. */
export function damageOf(error: unknown): Damage {
  const place = error instanceof SoftpromptError ? error.details.place : undefined;
  if (place?.file === undefined) throw error;
  return { file: place.file, line: place.line };
}
