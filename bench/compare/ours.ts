// Our side of the measurements: requests in, answers out, a line of JSON each.
import { createInterface } from 'node:readline';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import { scoreLabelWords } from '../../src/engine/evaluation/labelScoring';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { SoftpromptError } from '../../src/protocol/errors';
import type { Precision } from '../../src/protocol/precision';
import { firstLayers } from './firstLayers';
import { FrozenRows } from './frozenRows';
import { profileSessions } from './profile';
import type { BenchRow, OurSettings, SideSettings } from './sides';
import { type EncodedRow, stepBatches } from './stepBatches';
import { trainTask } from './training';

type Request =
  | { work: 'gradient' | 'forward' | 'predict'; rows: BenchRow[]; start?: number[] }
  | { work: 'keep'; rows: BenchRow[] }
  | { work: 'train'; task: string }
  | { work: 'profile' };

async function main(): Promise<void> {
  const [path, precision, text] = process.argv.slice(2) as [string, Precision, string];
  const settings = JSON.parse(text) as SideSettings & OurSettings;
  const { layers, profile: profileFolder } = settings;
  const profile = profileFolder ? await profileSessions(profileFolder) : null;
  const whole = await openCheckpoint(path);
  const checkpoint = layers ? firstLayers(whole, layers) : whole;
  const tokenizer = await whole.tokenizer();
  const opened = await openPromptModel(checkpoint, { ...settings, precision }).catch(skip);
  if ('skipped' in opened) return say(opened);
  const model = opened;
  const words = Int32Array.from(settings.words);

  const encode = (rows: readonly BenchRow[]): EncodedRow[] =>
    rows.map(({ text, tokens, label }) => ({
      tokens: Int32Array.from(tokens ?? tokenizer.encode(text!)),
      label,
    }));

  const { behind } = settings;
  const frozen = behind ? new FrozenRows(settings.start.length, behind) : null;
  const batchesOf = (rows: readonly EncodedRow[]) => frozen?.batches(rows) ?? stepBatches(rows);

  /** Mean loss of each kind of work. */
  const work = {
    gradient: async (rows: readonly EncodedRow[], prompt: Float32Array) =>
      (await model.gradient(prompt, batchesOf(rows), words)).loss,
    forward: async (rows: readonly EncodedRow[], prompt: Float32Array) => {
      const prefix = frozen ? model.behindContexts(prompt) : await model.prefix(prompt);
      let sum = 0;
      for (const batch of batchesOf(rows)) {
        for (const value of await model.logProbabilities(batch, words, prefix)) sum -= value;
      }
      return sum / rows.length;
    },
    predict: async (rows: readonly EncodedRow[], prompt: Float32Array) => {
      const texts = rows.map(({ tokens }) => tokens);
      const scores = await scoreLabelWords(model, texts, words, await model.prefix(prompt));
      return meanLoss(
        scores,
        rows.map(({ label }) => label),
      );
    },
  };

  const answer = async (request: Request): Promise<void> => {
    switch (request.work) {
      case 'keep':
        if (frozen) model.keepContexts(encode(request.rows).map((row) => frozen.context(row)));
        return say({});
      case 'train':
        return trainTask(model, tokenizer, request.task, say);
      case 'profile':
        return say({ operators: profile?.() ?? [] });
      default: {
        const rows = encode(request.rows);
        const prompt = model.embed(request.start ?? settings.start);
        const start = performance.now();
        const loss = await work[request.work](rows, prompt);
        say({ loss, seconds: (performance.now() - start) / 1000 });
      }
    }
  };
  say({});
  for await (const line of createInterface({ input: process.stdin })) await answer(JSON.parse(line));
}

/** What cannot be done here is left out of the measurement. */
function skip(error: unknown): { skipped: string } {
  if (error instanceof SoftpromptError) return { skipped: error.message };
  throw error;
}

/** An answer, with the megabytes of memory that were used at most so far. */
function say(values: object): void {
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ ...values, peak })}\n`);
}

/** Cross-entropy over scores, row-major [labels.length, classes]. */
function meanLoss(scores: Float64Array, labels: readonly number[]): number {
  const classes = scores.length / labels.length;
  return labels.reduce((sum, label, row) => {
    const own = scores.subarray(row * classes, (row + 1) * classes);
    const total = own.reduce((all, score) => all + Math.exp(score), 0);
    return sum + (Math.log(total) - own[label]!) / labels.length;
  }, 0);
}

main();
