// Our side of bench/run.mjs: requests in, answers out, a line of JSON each.
import { createInterface } from 'node:readline';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import { scoreLabelWords } from '../../src/engine/evaluation/labelScoring';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { microBatches } from '../../src/engine/prompt/batches';
import type { TokenBatch } from '../../src/engine/prompt/tokenRow';
import type { Precision } from '../../src/protocol/precision';
import { profileSessions } from './profile';
import { matrixOperations, measuredPeak } from './theory';

interface Settings {
  virtualTokens: number;
  threads: number;
  /** Label words; a row's label is an index into them. */
  words: string[];
  cacheFolder: string;
  /** Folder for onnxruntime's profiles; none unless given. */
  profile?: string;
}

interface TextRow {
  text: string;
  label: number;
}

type Request =
  | { work: 'gradient' | 'forward' | 'predict' | 'lengths'; rows: TextRow[] }
  | { work: 'operations'; steps: TextRow[][] }
  | { work: 'peak' | 'profile' };

/** As in training: src/engine/tuning/trainingRows.ts. */
const MICRO_BATCH_TOKENS = 512;

async function main(): Promise<void> {
  const [path, precision, text] = process.argv.slice(2) as [string, Precision, string];
  const settings = JSON.parse(text) as Settings;
  const { virtualTokens, threads, cacheFolder } = settings;
  const profile = settings.profile ? await profileSessions(settings.profile) : null;
  const checkpoint = await openCheckpoint(path);
  const tokenizer = await checkpoint.tokenizer();
  const model = await openPromptModel(checkpoint, { cacheFolder, threads, precision });
  const words = Int32Array.from(settings.words, (word) => tokenizer.encode(word)[0]!);
  const prompt = model.embed(Array.from({ length: virtualTokens }, (_, i) => 1000 + i));

  const encode = (rows: readonly TextRow[]) =>
    rows.map(({ text, label }) => ({ tokens: Int32Array.from(tokenizer.encode(text)), label }));
  type Row = ReturnType<typeof encode>[number];
  const batches = (rows: readonly Row[]): TokenBatch[] =>
    microBatches(
      rows.map(({ tokens }) => tokens.length),
      { maxTokens: MICRO_BATCH_TOKENS },
    ).map((part) => ({
      rows: part.map((i) => ({ tokens: rows[i]!.tokens })),
      readouts: part.map((i, row) => ({
        row,
        position: rows[i]!.tokens.length - 1,
        target: rows[i]!.label,
      })),
    }));

  /** Mean loss of each kind of work. */
  const work = {
    gradient: async (rows: readonly Row[]) => (await model.gradient(prompt, batches(rows), words)).loss,
    forward: async (rows: readonly Row[]) => {
      const prefix = await model.prefix(prompt);
      let sum = 0;
      for (const batch of batches(rows)) {
        for (const value of await model.logProbabilities(batch, words, prefix)) sum -= value;
      }
      return sum / rows.length;
    },
    predict: async (rows: readonly Row[]) => {
      const texts = rows.map(({ tokens }) => tokens);
      const scores = await scoreLabelWords(model, texts, words, await model.prefix(prompt));
      return meanLoss(
        scores,
        rows.map(({ label }) => label),
      );
    },
  };

  const answer = async (request: Request): Promise<object> => {
    switch (request.work) {
      case 'lengths':
        return { lengths: encode(request.rows).map(({ tokens }) => tokens.length) };
      case 'operations': {
        const steps = request.steps.map((rows) => batches(encode(rows)));
        return matrixOperations(checkpoint.model, virtualTokens, steps);
      }
      case 'peak':
        return { perSecond: await measuredPeak(threads) };
      case 'profile':
        return { operators: profile?.() ?? [] };
      default: {
        const rows = encode(request.rows);
        const start = performance.now();
        const loss = await work[request.work](rows);
        return { loss, seconds: (performance.now() - start) / 1000 };
      }
    }
  };

  const say = (values: object) => {
    const peak = process.resourceUsage().maxRSS / 1024;
    process.stdout.write(`${JSON.stringify({ ...values, peak })}\n`);
  };
  say({});
  for await (const line of createInterface({ input: process.stdin })) say(await answer(JSON.parse(line)));
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
