import { describe, expect, it } from 'vitest';
import { compareContenders } from '../../src/engine/evaluation/compare';
import { evaluateTuned } from '../../src/engine/evaluation/evaluate';
import { SoftpromptError } from '../../src/protocol/errors';
import { characters, rowsOf, smallTask } from './characters';
import { HashModel } from './hashModel';

const PROMPT = Float32Array.of(7, 7);
const isTuned = (history: readonly number[]) => history[0] === 7 && history[1] === 7;

/** After the soft prompt, texts with an exclamation mark are good and others bad. */
const model = () =>
  new HashModel(128, (history, token) => {
    if (!isTuned(history)) return 0;
    const wanted = characters.decode(history).includes('!') ? 'g' : 'b';
    return characters.word(token) === wanted ? 12 : 0;
  });

const train = Array.from({ length: 12 }, (_, index): [string, string] =>
  index % 3 === 0 ? [`yes ${index}!`, 'good'] : [`no ${index}`, 'bad_one'],
);

describe('evaluateTuned on labels', () => {
  it('reads the label words after prompt and row, and keeps the rows in order', async () => {
    const task = smallTask(train);
    const rows = rowsOf([
      ['what a very long and happy text!', 'good'],
      ['no', 'bad_one'],
      ['wonderful!', 'bad_one'],
    ]);
    const progress: number[] = [];
    const { metrics, predictions } = await evaluateTuned(model(), characters, task, PROMPT, rows, {
      onProgress: (done) => progress.push(done),
    });
    expect(predictions.map(({ predicted }) => predicted)).toEqual(['good', 'bad_one', 'good']);
    expect(predictions.map(({ correct }) => correct)).toEqual([true, true, false]);
    expect(metrics).toMatchObject({ kind: 'label', rows: 3, accuracy: 2 / 3 });
    expect(progress.at(-1)).toBe(3);

    const words = Int32Array.from(['g', 'b'], (letter) => letter.charCodeAt(0));
    const history = [7, 7, ...characters.encode('Text: wonderful!\nLabel:')];
    const good = model().logProbability(history, words[0]!, words);
    expect(predictions[2]!.confidence).toBeCloseTo(Math.exp(good), 5);
    expect(predictions[2]!.loss).toBeCloseTo(-model().logProbability(history, words[1]!, words), 4);
    expect(Object.values(predictions[2]!.probabilities!).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(predictions[2]).toMatchObject({
      row: 3,
      line: 4,
      file: '/train.csv',
      text: 'wonderful!',
      cutTokens: 0,
    });
  });

  it.each(['first-token', 'whole-label'] as const)(
    'reads the row, the virtual tokens behind its text, and then the rest: %s',
    async (score) => {
      const target = { kind: 'label', column: 'label', score } as const;
      const task = smallTask(train, { placement: 'after', target });
      const { predictions } = await evaluateTuned(
        model(),
        characters,
        task,
        PROMPT,
        rowsOf([['no', 'bad_one']]),
      );
      const history = [...characters.encode('Text: no'), 7, 7, ...characters.encode('\nLabel:')];
      const likelihoods = (score === 'first-token' ? ['g', 'b'] : [' good', ' bad one']).map((word) => {
        const tokens = characters.encode(word);
        const words = score === 'first-token' ? Int32Array.of(103, 98) : 'all';
        return tokens.reduce(
          (sum, token, i) => sum + model().logProbability([...history, ...tokens.slice(0, i)], token, words),
          0,
        );
      });
      const [good, bad] = likelihoods as [number, number];
      const expected = -bad + Math.log(Math.exp(good) + Math.exp(bad));
      expect(predictions[0]!.loss).toBeCloseTo(expected, 4);
    },
  );

  it('scores the whole label where the task trains it', async () => {
    const task = smallTask(train, { target: { kind: 'label', column: 'label', score: 'whole-label' } });
    const rows = rowsOf([['no', 'bad_one']]);
    const { predictions } = await evaluateTuned(model(), characters, task, PROMPT, rows);
    const history = [7, 7, ...characters.encode('Text: no\nLabel:')];
    const sums = [' good', ' bad one'].map((label) =>
      characters
        .encode(label)
        .reduce(
          (total, token, index, all) =>
            total + model().logProbability([...history, ...all.slice(0, index)], token),
          0,
        ),
    );
    const expected = Math.exp(sums[1]!) / (Math.exp(sums[0]!) + Math.exp(sums[1]!));
    expect(predictions[0]!.probabilities!.bad_one).toBeCloseTo(expected, 5);
  });

  it('says which row has a label the task does not know', async () => {
    const rows = rowsOf([['no', 'ugly']]);
    const failure = await evaluateTuned(model(), characters, smallTask(train), PROMPT, rows).catch(
      (error) => error,
    );
    expect(failure).toBeInstanceOf(SoftpromptError);
    expect(failure.details.place).toEqual({ file: '/train.csv', row: 1, line: 2 });
    expect(failure.message).toContain('ugly');
  });

  it('tells how much of a row was cut', async () => {
    const rows = rowsOf([['x'.repeat(100), 'good']]);
    const { predictions } = await evaluateTuned(
      model(),
      characters,
      smallTask(train, { limit: 40 }),
      PROMPT,
      rows,
    );
    expect(predictions[0]!.cutTokens).toBe(100 + 'Text: \nLabel:'.length - 40);
  });
});

describe('evaluateTuned on free text', () => {
  const target = { kind: 'text', column: 'label', maxTokens: 12 } as const;
  /** Writes back the first three letters of the text, then a line break and more. */
  const copier = () =>
    new HashModel(128, (history, token) => {
      const text = characters.decode(history);
      const answer = ` ${text.slice(text.indexOf('Text: ') + 6).slice(0, 3)}\nmore`;
      const written = text.slice(text.indexOf('Label:') + 6).length;
      return characters.word(token) === answer[written] ? 20 : 0;
    });

  it('writes an answer, ends it with the line, and measures the target', async () => {
    const task = smallTask([['abcdef', 'abc']], { target });
    const rows = rowsOf([
      ['abcdef', 'abc'],
      ['uvwxyz, rather long', 'nothing like it'],
    ]);
    const { metrics, predictions } = await evaluateTuned(copier(), characters, task, PROMPT, rows);
    expect(predictions.map(({ predicted }) => predicted)).toEqual(['abc', 'uvw']);
    expect(metrics).toMatchObject({ kind: 'text', exactMatch: 0.5, wordF1: 0.5 });

    const history = [7, 7, ...characters.encode('Text: abcdef\nLabel:')];
    const tokens = [...characters.encode(' abc'), characters.endOfText];
    const truth = tokens.map((token, index) =>
      copier().logProbability([...history, ...tokens.slice(0, index)], token),
    );
    const loss = -truth.reduce((total, value) => total + value) / tokens.length;
    expect(predictions[0]!.loss).toBeCloseTo(loss, 4);
    expect(predictions[0]!.confidence).toBeCloseTo(Math.exp(-loss), 5);
  });

  it('keeps line breaks for tasks whose targets have them', async () => {
    const task = smallTask([['abcdef', 'abc\nmore']], { target });
    const { predictions } = await evaluateTuned(
      copier(),
      characters,
      task,
      PROMPT,
      rowsOf([['abcdef', 'abc\nmore']]),
    );
    expect(predictions[0]!.predicted.startsWith('abc\nmore')).toBe(true);
  });
});

describe('compareContenders', () => {
  it('puts the best hard prompt beside each prediction', async () => {
    const task = smallTask(train);
    const rows = rowsOf(train);
    const weak = { contender: 'zero-shot', prefix: null, scoring: 'label-words', notice: '' } as const;
    // The soft prompt itself in the few-shot role: a hard prompt that is always right.
    const strong = {
      contender: 'few-shot',
      prefix: await model().prefix(PROMPT),
      scoring: 'label-words',
      notice: '',
    } as const;
    const heard: string[] = [];
    const { results, predictions } = await compareContenders(
      model(),
      characters,
      task,
      PROMPT,
      rows,
      [weak, strong],
      {
        onResult: (contender, metrics) => heard.push(`${contender} ${metrics.rows}`),
      },
    );
    expect(heard).toEqual(['tuned 12', 'zero-shot 12', 'few-shot 12']);
    expect(results['few-shot']).toMatchObject({ accuracy: 1 });
    expect(predictions.every(({ baseline }) => baseline?.contender === 'few-shot' && baseline.correct)).toBe(
      true,
    );
  });
});
