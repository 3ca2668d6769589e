import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { Prefix, PromptModel } from '../../src/engine/compile/promptModel';
import { chooseExamples, examplesBefore } from '../../src/engine/evaluation/fewShotExamples';
import { answerLabels } from '../../src/engine/evaluation/labelAnswers';
import { scoreWholeLabels } from '../../src/engine/evaluation/labelScoring';
import { TaskReader } from '../../src/engine/evaluation/taskReader';
import { targetLosses, writeAnswers } from '../../src/engine/evaluation/textAnswers';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { Random } from '../../src/engine/random';
import { smallTask } from './characters';

const MODEL = join(__dirname, '../oracle/fixtures/tiny-llama-gqa-tied');
const LABELS = ['card_arrival', 'card_linking', 'card', 'refund not showing up', 'why'];
const train = Array.from({ length: 15 }, (_, index): [string, string] => [
  `question ${index} ${'about it '.repeat(index % 4)}`,
  LABELS[index % LABELS.length]!,
]);

let cacheFolder: string;
let model: PromptModel;
let tokenizer: Tokenizer;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-'));
  const checkpoint = await openCheckpoint(MODEL);
  tokenizer = await checkpoint.tokenizer();
  model = await openPromptModel(checkpoint, { cacheFolder, threads: 1 });
  await checkpoint.close();
});
afterAll(async () => {
  await model.close();
  await rm(cacheFolder, { recursive: true, force: true });
});

/** log-probability of `continuation` after `tokens`: one plain row, nothing packed, nothing shared. */
async function likelihood(tokens: readonly number[], continuation: readonly number[]): Promise<number> {
  const rows = [{ tokens: Int32Array.from([...tokens, ...continuation]) }];
  const readouts = continuation.map((target, index) => ({
    row: 0,
    position: tokens.length - 1 + index,
    target,
  }));
  const found = await model.logProbabilities({ rows, readouts }, 'all', null);
  return found.reduce((total, value) => total + value, 0);
}

describe('a compiled Llama', () => {
  it('gives packed labels after a shared few-shot prefix the likelihood they have in plain rows', async () => {
    const task = smallTask(train);
    const reader = new TaskReader(task, tokenizer);
    const examples = chooseExamples(task.train, reader, { count: 3, room: 400 }, Random.seeded(4));
    const { shared: before } = examplesBefore(examples, reader, tokenizer);
    const prefix = await model.prefix(model.embed(before));
    const rows = task.train.map((row) => reader.read(row).continued);
    const labels = reader.labels.map(({ tokens }) => tokens);
    const { sum } = await scoreWholeLabels(model, rows, labels, prefix);
    for (const row of [0, 3, 14]) {
      for (const [label, tokens] of labels.entries()) {
        const truth = await likelihood([...before, ...rows[row]!], tokens);
        expect(sum[row * labels.length + label]).toBeCloseTo(truth, 3);
      }
    }
  });

  it('measures targets and label words as plain rows do', async () => {
    const target = { kind: 'text', column: 'label', maxTokens: 12 } as const;
    const task = smallTask(train, { target });
    const reader = new TaskReader(task, tokenizer);
    const rows = task.train.map((row) => reader.read(row).tokens);
    const targets = task.train.map((row) => reader.readTarget(row));
    const losses = await targetLosses(model, rows, targets, null);
    for (const row of [0, 7]) {
      expect(-losses[row]!.loss).toBeCloseTo(await likelihood([...rows[row]!], [...targets[row]!]), 3);
    }

    const labels = new TaskReader(smallTask(train), tokenizer).labels;
    const [answer] = await answerLabels(model, labels, [rows[1]!], null, 'label-words');
    const plain = await Promise.all(labels.map(({ token }) => likelihood([...rows[1]!], [token])));
    const norm = Math.log(plain.reduce((total, value) => total + Math.exp(value), 0));
    plain.forEach((value, label) => {
      expect(answer!.logProbabilities[label]).toBeCloseTo(value - norm, 4);
    });
  });

  it('writes the same answers to rows together as to each alone', async () => {
    const target = { kind: 'text', column: 'label', maxTokens: 8 } as const;
    const task = smallTask(train, { target });
    const reader = new TaskReader(task, tokenizer);
    const rows = task.train.map((row) => reader.read(row).tokens);
    const prefix: Prefix = await model.prefix(model.embed(tokenizer.encode('some words before')));
    const together = await writeAnswers(model, tokenizer, reader, rows, prefix);
    expect(together.some((answer) => answer !== '')).toBe(true);
    for (const row of [0, 5, 14]) {
      expect(await writeAnswers(model, tokenizer, reader, [rows[row]!], prefix)).toEqual([together[row]]);
    }
  });
});
