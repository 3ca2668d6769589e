import { dirname } from 'node:path';
import type { Problem } from '../../protocol/dataset';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { ProblemList } from '../data/problems';
import { openCheckpoint } from '../models/openCheckpoint';
import { resolveModel } from '../models/resolveModel';
import { promptPreviews } from '../prompt/preview';
import { fitToContext } from './fitToContext';
import type { LabelledRow } from './labelledRow';
import type { PreparedTask } from './prepareTask';

/** Rows that are read to the end at most, the longest first: a check should not keep anyone waiting. */
const MOST_ROWS = 2_000;
/** Markers and the like that a model may put around a text. */
const MARKERS = 16;

/** What was found last, and for what: the same task is checked at each pause in typing. */
let last: { key: string; problems: Problem[] } | undefined;

/** Rows that are cut to fit the task's limit, by the tokens of its model. Empty where the model is not here, or cannot read them. */
export async function longRows(prepared: PreparedTask, cacheFolder: string): Promise<Problem[]> {
  const { task, prompt, labels, hashes } = prepared;
  const bytesOf = (row: LabelledRow): number => Buffer.byteLength(prompt.text(row.values));
  const all = [...prepared.train, ...prepared.validation, ...prepared.test];
  // No token is shorter than a byte, and a context is hardly ever shorter than the limit.
  const atLeast = Math.min(task.limit, 256) - MARKERS;
  const long = all.map((row) => ({ row, bytes: bytesOf(row) })).filter(({ bytes }) => bytes > atLeast);
  if (long.length === 0) return [];
  const { model, template, messages, limit, method, data, target } = task;
  const key = JSON.stringify([model, template, messages, limit, method, data, target, hashes]);
  if (last?.key === key) return last.problems;
  try {
    const checkpoint = await openCheckpoint(
      await resolveModel(model, { taskFolder: dirname(task.file), cacheFolder }),
    );
    try {
      const fitted = fitToContext(task, checkpoint.config.contextLength, checkpoint.config.kind);
      const { measure } = promptPreviews(fitted, labels, await checkpoint.tokenizer());
      const problems = new ProblemList();
      const longest = new Set(long.toSorted((a, b) => b.bytes - a.bytes).slice(0, MOST_ROWS));
      for (const { row } of long.filter((one) => longest.has(one))) {
        const { cutTokens } = measure(row.values);
        if (cutTokens > 0) problems.add(tooLong(row, cutTokens, fitted.limit));
      }
      last = { key, problems: problems.list() };
      return last.problems;
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    // What the model cannot do with the task is said elsewhere.
    if (error instanceof SoftpromptError) return [];
    throw error;
  }
}

function tooLong({ file, line, row }: LabelledRow, cutTokens: number, limit: number): Problem {
  return {
    severity: 'warning',
    kind: 'too-long',
    message:
      cutTokens === 1
        ? l10n`The row is 1 token longer than the limit of ${limit}: its longest text is cut.`
        : l10n`The row is ${cutTokens} tokens longer than the limit of ${limit}: its longest text is cut.`,
    place: { file, line, row },
    hint: l10n`Raise "limit" in the task file, shorten the row, or leave it out.`,
  };
}
