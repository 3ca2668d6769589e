import * as z from 'zod/mini';
import { hardPromptSchema } from './requests';

/** Tries of a run that are kept; the oldest go first. */
export const MOST_TRIES = 200;

/** A text of its own is as long as people type or paste. */
const text = z.string().check(z.maxLength(1_000_000));

const answerSchema = z.object({
  predicted: text,
  probabilities: z.optional(z.record(z.string(), z.number())),
  milliseconds: z.number(),
  cutTokens: z.int(),
});

const takenRowSchema = z.object({
  file: z.string(),
  row: z.int(),
  line: z.int(),
  /** What the dataset has as its answer. */
  target: text,
});

const trySchema = z.object({
  /** Milliseconds since 1970; also its name. */
  time: z.number(),
  values: z.record(z.string(), text),
  /** The dataset's row, where the values are one's. */
  taken: z.optional(takenRowSchema),
  hardPrompt: hardPromptSchema,
  tuned: answerSchema,
  /** Absent where it failed. */
  hard: z.optional(answerSchema),
});

/** What the playground of a run keeps, over reloads and closed panels. */
export const playgroundSchema = z.object({
  /** Newest first. */
  tries: z.array(trySchema).check(z.maxLength(MOST_TRIES)),
  /** What stands beside the tuned prompt. */
  kind: z.enum(['zero-shot', 'few-shot', 'own']),
  /** One's own hard prompt. */
  own: text,
});

export type HardPrompt = z.infer<typeof hardPromptSchema>;
export type TakenRow = z.infer<typeof takenRowSchema>;
export type Try = z.infer<typeof trySchema>;
export type Playground = z.infer<typeof playgroundSchema>;

export const EMPTY_PLAYGROUND: Playground = { tries: [], kind: 'zero-shot', own: '' };
