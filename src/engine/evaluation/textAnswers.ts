import type { PredictionRecord } from '../../protocol/runs';
import { sameText } from '../../protocol/texts';
import type { Prefix, PromptModel } from '../compile/promptModel';
import type { Tokenizer } from '../models/tokenizer';
import { answerPlace } from '../prompt/answerPlace';
import { microBatches } from '../prompt/batches';
import type { Readout } from '../prompt/tokenRow';
import type { Evaluation } from './evaluation';
import { BATCH_TOKENS, behind, type ScoringOptions } from './labelScoring';
import { textMetrics } from './metrics';
import type { ReadRow, TaskReader } from './taskReader';

/** A target's likelihood after its row. */
export interface TargetLoss {
  /** Summed cross-entropy of the target's tokens in nats. */
  loss: number;
  tokens: number;
}

export interface WritingOptions extends ScoringOptions {
  /** Called with a row's answer as far as it is written. For few rows: those that are continued together. */
  onText?: (row: number, text: string) => void;
}

/** Writes an answer to each row, greedily. */
export async function writeAnswers(
  model: PromptModel,
  tokenizer: Tokenizer,
  reader: TaskReader,
  rows: readonly Int32Array[],
  prefix: Prefix | null,
  { contexts, onText, ...options }: WritingOptions = {},
): Promise<string[]> {
  const answers: string[] = new Array(rows.length).fill('');
  const stop = [...reader.ends, ...(reader.oneLine ? lineBreakTokens(tokenizer) : [])];
  const lengths = rows.map((row) => row.length + reader.maxTokens);
  let done = 0;
  for (const batch of microBatches(lengths, { maxTokens: BATCH_TOKENS })) {
    const written = await model.generate(
      batch.map((index) => rows[index]!),
      prefix,
      {
        maxTokens: reader.maxTokens,
        stop,
        start: tokenizer.answerStart,
        contexts: contexts && batch.map((index) => contexts[index]!),
        onWritten:
          onText &&
          ((answers) => {
            answers.forEach((tokens, row) => {
              onText(batch[row]!, tidyBeginning(tokenizer.decode([...tokens]), reader.oneLine));
            });
          }),
      },
    );
    batch.forEach((index, row) => {
      answers[index] = tidyAnswer(tokenizer.decode(written[row]!), reader.oneLine);
    });
    done += batch.length;
    options.onProgress?.(done, rows.length);
  }
  return answers;
}

/** Tokens that are nothing but a line break. */
function lineBreakTokens(tokenizer: Tokenizer): number[] {
  const tokens = ['\n', '\n\n'].map((text) => tokenizer.encode(text));
  // To some vocabularies a line break is a space: that does not end an answer.
  return tokens.flatMap((ids) => (ids.length === 1 && tokenizer.decode(ids).includes('\n') ? ids : []));
}

/** A line break may also hide inside a token: what a one-line task gets after it is not part of the answer. */
function tidyAnswer(answer: string, oneLine: boolean): string {
  const text = answer.trim();
  return oneLine ? text.split(/\r?\n/u, 1)[0]!.trimEnd() : text;
}

/** An answer that is still being written: a character whose bytes are not complete yet is held back. */
function tidyBeginning(answer: string, oneLine: boolean): string {
  return tidyAnswer(answer.replace(/\uFFFD+$/u, ''), oneLine);
}

/** Cross-entropy of each row's target tokens, given row and prefix. */
export async function targetLosses(
  model: PromptModel,
  rows: readonly Int32Array[],
  targets: readonly Int32Array[],
  prefix: Prefix | null,
  { place = answerPlace({}), contexts, onProgress }: ScoringOptions = {},
): Promise<TargetLoss[]> {
  const losses: TargetLoss[] = targets.map((target) => ({ loss: 0, tokens: target.length }));
  const joined = rows.map((row, index) => place(row, targets[index]!.subarray(0, -1)));
  let done = 0;
  for (const batch of microBatches(
    joined.map(({ row }) => row.tokens.length + (row.answer?.length ?? 0)),
    { maxTokens: BATCH_TOKENS },
  )) {
    const readouts = batch.flatMap((index, row) =>
      Array.from(
        targets[index]!,
        (target, at): Readout => ({
          row,
          position: joined[index]!.position + at,
          target,
        }),
      ),
    );
    const tokenRows = batch.map((index) => behind(contexts?.[index], joined[index]!.row));
    const found = await model.logProbabilities({ rows: tokenRows, readouts }, 'all', prefix);
    readouts.forEach(({ row }, readout) => {
      losses[batch[row]!]!.loss -= found[readout]!;
    });
    done += batch.length;
    onProgress?.(done, rows.length);
  }
  return losses;
}

/** Figures and one record a row. */
export function judgeTexts(
  rows: readonly ReadRow[],
  answers: readonly string[],
  losses: readonly TargetLoss[],
): Evaluation {
  const outcomes = rows.map(({ source }, row) => ({
    expected: source.target,
    predicted: answers[row]!,
    ...losses[row]!,
  }));
  const predictions = rows.map(({ source, text, cutTokens }, row): PredictionRecord => {
    const loss = losses[row]!.loss / losses[row]!.tokens;
    return {
      row: source.row,
      line: source.line,
      file: source.file,
      text,
      expected: source.target,
      predicted: answers[row]!,
      correct: sameText(source.target, answers[row]!),
      confidence: Math.exp(-loss),
      loss,
      cutTokens,
    };
  });
  return { metrics: textMetrics(outcomes), predictions };
}
