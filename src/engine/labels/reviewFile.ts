import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { namingFullDisk, replaceFile } from '../durableFile';
import { ignoreInGit } from '../runs/runFolder';
import { taskName } from '../task/resolveTask';

const probability = z.number().min(0).max(1);

/** What is kept of a look at a task's labels. Files are named as from the task's folder, which may be moved. */
const reviewSchema = z.object({
  version: z.literal(1),
  createdAt: z.string(),
  rows: z.int().min(0),
  accuracy: probability,
  folds: z.int().min(2),
  steps: z.int().min(1),
  seconds: z.number().min(0),
  labels: z.array(
    z.object({
      file: z.string(),
      row: z.int().min(1),
      line: z.int().min(1),
      text: z.string(),
      /** Of the whole text: says whether the row is still the same. */
      key: z.number(),
      given: z.string(),
      predicted: z.string(),
      confidence: probability,
      givenConfidence: probability,
      /** A person found the label right. */
      dismissed: z.boolean().optional(),
    }),
  ),
});

export type KeptReview = z.infer<typeof reviewSchema>;
export type KeptLabel = KeptReview['labels'][number];

export function reviewFileOf(taskFile: string): string {
  return join(dirname(taskFile), '.softprompt', 'labels', `${taskName(taskFile)}.json`);
}

/** Null where the labels were never looked at. @throws SoftpromptError `run-invalid` where the file is not as it was written. */
export async function readReview(taskFile: string): Promise<KeptReview | null> {
  const file = reviewFileOf(taskFile);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw invalid(file, error.message, error);
  });
  if (text === null) return null;
  try {
    return reviewSchema.parse(JSON.parse(text));
  } catch (error) {
    throw invalid(file, error instanceof z.ZodError ? z.prettifyError(error) : String(error), error);
  }
}

export async function writeReview(taskFile: string, review: KeptReview): Promise<void> {
  const file = reviewFileOf(taskFile);
  await namingFullDisk(file, async () => {
    await mkdir(dirname(file), { recursive: true });
    await ignoreInGit(dirname(dirname(file)));
  });
  await replaceFile(file, `${JSON.stringify(review, null, 2)}\n`);
}

function invalid(file: string, why: string, cause: unknown): SoftpromptError {
  return new SoftpromptError('run-invalid', l10n`What was found about the labels cannot be read: ${why}`, {
    place: { file },
    hint: l10n`Find suspicious labels again: it is written anew.`,
    cause,
  });
}
