import { createInterface } from 'node:readline';
import { openTrial, type Trial } from '../engine/evaluation/trial';
import { SoftpromptError } from '../protocol/errors';
import type { CommandContext } from './context';
import type { ExitCode } from './exitCodes';
import { oneLine, percent } from './figures';
import { findRun } from './findRun';

/** `softprompt predict RUN [TEXT…]`, `… | softprompt predict RUN -`, `softprompt predict RUN --column name=value …`. */
export async function predict(
  { terminal, cacheFolder, threads }: CommandContext,
  run: string,
  texts: readonly string[],
  columns: Readonly<Record<string, string>>,
): Promise<ExitCode> {
  const trial = await openTrial(await findRun(run), { cacheFolder, threads });
  try {
    for await (const values of rowsToTry(trial, texts, columns)) {
      const { milliseconds, ...tuned } = await trial.answer(values, { kind: 'tuned' });
      const { milliseconds: _, ...zeroShot } = await trial.answer(values, { kind: 'zero-shot' });
      terminal.json({ type: 'prediction', values, tuned, zeroShot, milliseconds });
      const probability = tuned.probabilities?.[tuned.predicted];
      const confidence = probability === undefined ? '' : terminal.style('dim', `\t${percent(probability)}`);
      terminal.print(`${oneLine(tuned.predicted, 1000)}${confidence}`);
    }
  } finally {
    await trial.close();
  }
  return 0;
}

async function* rowsToTry(
  { columns }: Trial,
  texts: readonly string[],
  given: Readonly<Record<string, string>>,
): AsyncGenerator<Record<string, string>> {
  if (Object.keys(given).length > 0) {
    checkColumns(columns, given);
    yield given;
    return;
  }
  const [column, ...others] = columns;
  if (column === undefined || others.length > 0) {
    throw new SoftpromptError('task-invalid', `The template has the columns ${columns.join(', ')}.`, {
      hint: `Give each: ${columns.map((name) => `--column ${name}=…`).join(' ')}`,
    });
  }
  const fromInput = texts.length === 0 || (texts.length === 1 && texts[0] === '-');
  for await (const text of fromInput ? inputLines() : texts) yield { [column]: text };
}

function checkColumns(columns: readonly string[], given: Readonly<Record<string, string>>): void {
  const missing = columns.filter((name) => given[name] === undefined);
  const unknown = Object.keys(given).filter((name) => !columns.includes(name));
  if (missing.length === 0 && unknown.length === 0) return;
  const problem =
    missing.length > 0 ? `no value for ${missing.join(', ')}` : `no hole for ${unknown.join(', ')}`;
  throw new SoftpromptError('task-invalid', `There is ${problem}.`, {
    hint: `The template has the columns ${columns.join(', ')}.`,
  });
}

async function* inputLines(): AsyncGenerator<string> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() !== '') yield line;
  }
}
