import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import type { Metrics } from '../../protocol/metrics';
import type { PredictionRecord } from '../../protocol/runs';
import { replaceFile } from '../durableFile';
import { readPredictions, writePredictions } from './predictionsFile';

/** How a run's best prompt did on a file of the user's choice. */
export interface FileEvaluation {
  /** Absolute path of the dataset. */
  file: string;
  /** sha256 of its bytes. */
  hash: string;
  evaluatedAt: string;
  metrics: Metrics;
}

const evaluationSchema = z.looseObject({ file: z.string(), hash: z.string(), evaluatedAt: z.string() });

/** In a run's folder, for each file that was evaluated: what was found in short, and its rows. */
function evaluationFiles(run: string, file: string): { summary: string; predictions: string } {
  const place = createHash('sha256').update(file).digest('hex').slice(0, 8);
  const path = join(run, 'evaluations', `${basename(file)}-${place}`);
  return { summary: `${path}.json`, predictions: `${path}.jsonl` };
}

export async function writeEvaluation(
  run: string,
  evaluation: FileEvaluation,
  predictions: readonly PredictionRecord[],
): Promise<void> {
  const files = evaluationFiles(run, evaluation.file);
  await mkdir(join(run, 'evaluations'), { recursive: true });
  await writePredictions(files.predictions, predictions);
  await replaceFile(files.summary, `${JSON.stringify(evaluation, null, 2)}\n`);
}

/** What was kept of a file's last evaluation; null if there was none, or nothing that can be read. */
export async function readEvaluation(
  run: string,
  file: string,
): Promise<{ hash: string; evaluatedAt: string; predictions: PredictionRecord[] } | null> {
  const files = evaluationFiles(run, file);
  try {
    const { hash, evaluatedAt } = evaluationSchema.parse(JSON.parse(await readFile(files.summary, 'utf8')));
    return { hash, evaluatedAt, predictions: await readPredictions(files.predictions) };
  } catch {
    return null; // it is easily made again
  }
}
