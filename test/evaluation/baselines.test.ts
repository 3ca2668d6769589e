import { describe, expect, it } from 'vitest';
import { chooseFewShot, chooseZeroShot, evaluateHardPrompt } from '../../src/engine/evaluation/baselines';
import { chooseExamples } from '../../src/engine/evaluation/fewShotExamples';
import { answerLabels, answerLabelsEveryWay } from '../../src/engine/evaluation/labelAnswers';
import { TaskReader, taskReader } from '../../src/engine/evaluation/taskReader';
import { Random } from '../../src/engine/random';
import type { LabelScoring } from '../../src/protocol/runs';
import { characters, charactersWithBegin, rowsOf, smallTask } from './characters';
import { HashModel } from './hashModel';

const SCORINGS: LabelScoring[] = ['label-words', 'whole-label', 'whole-label-mean'];
const train = Array.from({ length: 90 }, (_, index): [string, string] => [
  `row ${index}`,
  ['good', 'bad', 'so so, or neither'][index < 60 ? 0 : index < 80 ? 1 : 2]!,
]);
const prefixText = (prefix: { layers: readonly { keys: Float32Array }[] } | null) =>
  String.fromCharCode(...(prefix?.layers[0]?.keys ?? []));

describe('answerLabelsEveryWay', () => {
  it('gives what each scoring gives on its own', async () => {
    const model = new HashModel(128);
    const reader = new TaskReader(smallTask(train), characters);
    const rows = rowsOf(train.slice(0, 5)).map((row) => reader.read(row).tokens);
    const every = await answerLabelsEveryWay(model, reader.labels, rows, null);
    for (const scoring of SCORINGS) {
      const alone = await answerLabels(model, reader.labels, rows, null, scoring);
      alone.forEach(({ predicted, logProbabilities }, row) => {
        expect(every[scoring][row]!.predicted).toBe(predicted);
        logProbabilities.forEach((value, label) => {
          expect(every[scoring][row]!.logProbabilities[label]).toBeCloseTo(value, 4);
        });
      });
    }
  });
});

describe('chooseZeroShot', () => {
  it('takes the scoring that is most accurate on the training rows', async () => {
    // Every character of " good" is likely, but ` bad` and its word are shorter or likelier: only the mean finds it.
    const model = new HashModel(128, (history, token) => {
      const written = characters.decode(history).split('Label:').at(-1)!;
      if (written === '' && characters.word(token) === 'b') return 9;
      return ' so so, or neither'[written.length] === characters.word(token) ? 5.5 : 0;
    });
    const task = smallTask(train.map(([text]) => [text, 'so so, or neither'] as const));
    task.labels = ['good', 'bad', 'so so, or neither'];
    const zeroShot = (await chooseZeroShot(model, characters, task))!;
    const accuracies = await Promise.all(
      SCORINGS.map(async (scoring) => {
        const { metrics } = await evaluateHardPrompt(
          model,
          characters,
          task,
          { ...zeroShot, scoring },
          task.train,
        );
        return metrics.kind === 'label' ? metrics.accuracy : Number.NaN;
      }),
    );
    expect(new Set(accuracies).size).toBeGreaterThan(1);
    expect(accuracies[SCORINGS.indexOf(zeroShot.scoring)]).toBe(Math.max(...accuracies));
    expect(zeroShot.notice).toMatch(/^Zero-shot is scored by .*: accuracy \d\.\d{3} on 90 training rows\.$/);
    expect(zeroShot.prefix).toBeNull();
  });

  it("puts the user's hard prompt before the rows, begin-of-text only at its start", async () => {
    const model = new HashModel(128);
    const evaluation = { fewShot: 0, zeroShot: true, hardPrompt: 'Say how it is.' };
    const task = smallTask(train, { evaluation });
    const zeroShot = (await chooseZeroShot(model, charactersWithBegin, task))!;
    expect(prefixText(zeroShot.prefix)).toBe('\u0001Say how it is.\n');
    model.batches.length = 0;
    await evaluateHardPrompt(model, charactersWithBegin, task, zeroShot, task.train.slice(0, 1));
    expect(characters.decode([...model.batches[0]!.rows[0]!.tokens])).toMatch(/^Text: row 0\nLabel:/);
  });

  it('looks at fewer rows when many labels make each of them long', async () => {
    const many = Array.from({ length: 300 }, (_, index): [string, string] => [
      `row ${index}`,
      `${index % 60} is it`,
    ]);
    const model = new HashModel(128);
    const zeroShot = (await chooseZeroShot(model, characters, smallTask(many)))!;
    const [, rows] = /on (\d+) training rows/.exec(zeroShot.notice)!;
    expect(Number(rows)).toBeLessThan(100);
    expect(Number(rows)).toBeGreaterThanOrEqual(32);
  });

  it('is left out where the task says so', async () => {
    const task = smallTask(train, { evaluation: { fewShot: 0, zeroShot: false } });
    expect(await chooseZeroShot(new HashModel(128), characters, task)).toBeNull();
    expect(await chooseFewShot(new HashModel(128), characters, task)).toBeNull();
  });
});

describe('chooseFewShot', () => {
  it('shows filled-in training rows, the classes in turn, joined by blank lines', async () => {
    const model = new HashModel(128);
    const task = smallTask(train, { evaluation: { fewShot: 3, zeroShot: true } });
    const fewShot = (await chooseFewShot(model, charactersWithBegin, task))!;
    const text = prefixText(fewShot.prefix);
    expect(text.startsWith('\u0001Text: row ')).toBe(true);
    expect(text.endsWith('\n\n')).toBe(true);
    const shown = text.slice(1).trimEnd().split('\n\n');
    expect(shown).toHaveLength(3);
    expect(new Set(shown.map((example) => example.split('Label: ')[1])).size).toBe(3);
    for (const example of shown) {
      const [, row, label] = /^Text: (row \d+)\nLabel: (.*)$/.exec(example)!;
      expect(task.train.find(({ values }) => values.text === row)!.target).toBe(label);
    }
    expect(fewShot.notice).toMatch(/^Few-shot with 3 examples \(training rows \d+, \d+, \d+\) is scored by /);
  });

  it('is the same for the same seed', async () => {
    const again = async () =>
      prefixText((await chooseFewShot(new HashModel(128), characters, smallTask(train)))!.prefix);
    expect(await again()).toBe(await again());
  });

  it('never judges examples by rows they show', async () => {
    const model = new HashModel(128);
    await chooseFewShot(model, characters, smallTask(train.slice(0, 80)));
    const judged = model.batches.flatMap((batch) =>
      batch.rows.map(({ tokens }) => characters.decode([...tokens])),
    );
    const text = prefixText((await chooseFewShot(model, characters, smallTask(train.slice(0, 80))))!.prefix);
    for (const example of text.trimEnd().split('\n\n')) {
      const row = example.split(' good')[0]!.split(' bad')[0]!;
      expect(judged.some((one) => one.startsWith(row))).toBe(false);
    }
  });

  it('keeps to the context: rows, examples and answers together', async () => {
    // Beside the longest row (19 tokens) and label (17), 60 tokens are left.
    const model = new HashModel(128, () => 0, 19 + 17 + 1 + 60);
    const fewShot = (await chooseFewShot(model, characters, smallTask(train)))!;
    expect(fewShot.prefix!.length).toBeGreaterThan(0);
    expect(fewShot.prefix!.length).toBeLessThanOrEqual(60);
    expect(fewShot.examples).toHaveLength(prefixText(fewShot.prefix).trimEnd().split('\n\n').length);
    expect(fewShot.examples!.length).toBeLessThan(4);
    const heard: string[] = [];
    const onNotice = (message: string) => heard.push(message);
    const short = new HashModel(128, () => 0, 60);
    expect(await chooseFewShot(short, characters, smallTask(train), { onNotice })).toBeNull();
    expect(heard).toEqual([expect.stringContaining('no example fits')]);
  });

  it('chooses examples for free text by the loss of the targets', async () => {
    const target = { kind: 'text', column: 'label', maxTokens: 20 } as const;
    const fewShot = (await chooseFewShot(new HashModel(128), characters, smallTask(train, { target })))!;
    expect(fewShot.notice).toMatch(/^Few-shot with 4 examples .* has loss \d\.\d{3} on 64 training rows/);
  });
});

describe('chooseExamples', () => {
  it('goes round the classes and passes over rows that are too long', () => {
    const task = smallTask([
      ['x'.repeat(45), 'good'],
      ['short', 'good'],
      ['y', 'bad'],
    ]);
    const reader = taskReader(task, characters);
    const examples = chooseExamples(task.train, reader, { count: 9, room: 55 }, Random.seeded(1));
    expect(examples.map(({ values }) => values.text).sort()).toEqual(['short', 'y']);
  });
});
