import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import type { Metrics } from '../../protocol/metrics';
import type { PredictionRecord } from '../../protocol/runs';
import { replaceFile } from '../durableFile';
import { writePredictions } from './predictionsFile';
import { type Damage, savedAnswers } from './savedAnswers';

/** How a run's best prompt did on a file of the user's choice. */
export interface FileEvaluation {
  /** Absolute path of the dataset. */
  file: string;
  /** sha256 of its bytes. */
  hash: string;
  evaluatedAt: string;
  metrics: Metrics;
}

const evaluationSchema = z.looseObject({
  file: z.string(),
  hash: z.string(),
  evaluatedAt: z.string(),
  metrics: z.looseObject({ rows: z.int().optional() }).optional(),
});

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

/** What was kept of a file's last evaluation, or where that is damaged; null if there was none. */
export async function readEvaluation(
  run: string,
  file: string,
): Promise<{ hash: string; evaluatedAt: string; predictions: PredictionRecord[]; damage?: Damage } | null> {
  const files = evaluationFiles(run, file);
  const text = await readFile(files.summary, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const { hash, evaluatedAt, metrics } = evaluationSchema.parse(JSON.parse(text));
    return { hash, evaluatedAt, ...(await savedAnswers(files.predictions, metrics?.rows)) };
  } catch {
    return { hash: '', evaluatedAt: '', predictions: [], damage: { file: files.summary } };
  }
}
