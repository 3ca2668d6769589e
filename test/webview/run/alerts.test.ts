import { describe, expect, test } from 'vitest';
import { niceRate } from '../../../src/webview/run/alertAdvice';
import type { AlertFacts, AlertName } from '../../../src/webview/run/alertRule';
import { alertsOf } from '../../../src/webview/run/alerts';
import { alertsByStep, metrics, type Replay, replay } from './recordings';

const NONE: ReadonlySet<AlertName> = new Set();
const names = (facts: AlertFacts, shown = NONE) => alertsOf(facts, shown).map(({ name }) => name);
const only = (facts: AlertFacts) => {
  const alerts = alertsOf(facts, NONE);
  expect(alerts).toHaveLength(1);
  return alerts[0]!;
};
/** How often the set of alerts changes from one step to the next. */
const changes = (run: Replay) => {
  const all = alertsByStep(run).map((one) => one.join());
  return all.filter((one, i) => i > 0 && one !== all[i - 1]).length;
};

describe('recorded runs', () => {
  test.each(['healthy', 'long', 'goodFromTheStart', 'rateTooHigh', 'wandering'] as const)(
    '%s: nothing to say at any step',
    (name) => {
      expect(alertsByStep(replay(name)).flat()).toEqual([]);
    },
  );

  test('a rate far too high: the loss stays above guessing, and the default is named', () => {
    const run = replay('rateFarTooHigh');
    expect(only(run.after(40))).toEqual({
      name: 'not-learning',
      title: 'The prompt does not learn',
      seen: expect.stringMatching(
        /^After 40 steps the smoothed loss is 2\.\d\d; guessing among 6 classes has 1\.79\.$/,
      ),
      advice: 'Try a learning rate of 0.03, the default (now 3).',
      setting: 'training.learningRate',
    });
    expect(changes(run)).toBe(1);
  });

  test('a rate far too low: the loss hardly moves, and no other alert contradicts', () => {
    const run = replay('rateTooLow');
    const { seen, advice } = only(run.after(60));
    expect(seen).toBe('After 60 steps the loss is 2.83; it began at 2.93 (means of ten steps).');
    expect(advice).toBe('Try a learning rate of 0.03, the default (now 0.00003).');
    expect(changes(run)).toBe(1);
  });
});

describe('recorded runs, bent', () => {
  const rising = replay('healthy', { loss: (loss, step) => loss + Math.max(0, step - 30) * 0.15 });

  test('a loss that rises from step 30 on', () => {
    const { name, seen, advice } = only(rising.after(50));
    expect(name).toBe('diverging');
    expect(seen).toMatch(/^The smoothed loss was \d\.\d\d at step 3\d and is \d\.\d\d at step 50\.$/);
    expect(advice).toBe('Try a learning rate of 0.01 (now 0.03).');
    expect(changes(rising)).toBe(1);
  });

  test('stays until the loss has come halfway back: nothing flickers', () => {
    const edge = Array.from({ length: 30 }, (_, i) => 30 + i).find((step) =>
      names(rising.after(step)).includes('diverging'),
    )!;
    expect(names(rising.after(edge - 1))).toEqual([]);
    expect(names(rising.after(edge - 1), new Set(['diverging']))).toEqual(['diverging']);
  });

  test('a loss that is no number', () => {
    const run = replay('healthy', { loss: (loss, step) => (step > 20 ? Number.NaN : loss) });
    expect(only(run.after(25))).toMatchObject({
      name: 'diverging',
      seen: 'The loss of step 21 is no number any more.',
    });
  });

  test('a loss that stands still while validation does not get better', () => {
    const still = replay('goodFromTheStart');
    const facts = still.after(90);
    const { curve, evaluations } = facts.progress;
    const loss = curve.loss.map((one, i) => (i < 40 ? one : curve.loss[20 + (i % 20)]!));
    const plateau: AlertFacts = {
      ...facts,
      progress: {
        ...facts.progress,
        curve: { ...curve, loss },
        evaluations: evaluations.filter(({ step }) => step === 50),
      },
    };
    expect(only(plateau)).toMatchObject({
      name: 'plateau',
      advice:
        'Try 40 virtual tokens (now 20), or more labelled rows. Or cancel now: the prompt of step 50 is the best and kept.',
      setting: 'method.virtualTokens',
    });
    // A better validation within the stretch is progress.
    const better = { ...evaluations[0]!, step: 80, metrics: metrics(95, 100) };
    const moving = { ...plateau.progress, evaluations: [...plateau.progress.evaluations, better] };
    expect(names({ ...plateau, progress: moving })).toEqual([]);
    // At the end nothing can be done about it.
    expect(names({ ...plateau, progress: { ...plateau.progress, state: 'finished' } })).toEqual([]);
  });

  test('gradients that explode', () => {
    const run = replay('long', { gradientNorm: (norm, step) => (step > 60 ? 40 * norm : norm) });
    expect(names(run.after(60))).toEqual([]);
    expect(only(run.after(75))).toMatchObject({ name: 'gradients', title: 'The gradients are exploding' });
  });

  test('gradients that are always cut matter only while the loss does not fall', () => {
    const cut = { gradientNorm: () => 8 };
    expect(names(replay('healthy', cut).after(35))).toEqual([]);
    const still = replay('healthy', { ...cut, loss: () => 0.7 }).after(50);
    expect(names(still)).toContain('gradients');
  });
});

describe('beside the hard prompts', () => {
  const at = (steps: number, tuned: number, hard: number, rows: number): AlertFacts => {
    const facts = replay('healthy').after(steps);
    const look = (contender: 'tuned' | 'few-shot', right: number) => ({
      step: contender === 'tuned' ? steps : 0,
      split: 'validation' as const,
      contender,
      metrics: metrics(right, rows),
    });
    const evaluations = [look('few-shot', hard), look('tuned', tuned)];
    return { ...facts, progress: { ...facts.progress, evaluations } };
  };

  test('not beaten halfway: said, with figures; earlier it is too soon', () => {
    expect(names(at(20, 40, 60, 100))).toEqual([]);
    // The loss still falls then: it is given some more time.
    expect(names(at(40, 40, 60, 100))).toEqual([]);
    const { title, seen, advice, setting } = only(at(50, 40, 60, 100));
    expect(title).toBe('Few-shot is not beaten');
    expect(seen).toBe('On the same 100 validation rows: tuned prompt 40.0 %, few-shot 60.0 %.');
    expect(advice).toMatch(/^The loss was still falling: try 120 steps \(now 60\), about .* more\.$/);
    expect(setting).toBe('training.steps');
    // Equal is not beaten; one row more is not enough to take it back.
    expect(names(at(50, 121, 120, 200), new Set(['below-baseline']))).toContain('below-baseline');
    expect(names(at(50, 90, 60, 100), new Set(['below-baseline']))).toEqual([]);
  });

  test('too few validation rows: how many would do, as the task file takes it', () => {
    const facts = at(40, 20, 17, 30);
    expect(only(facts)).toEqual({
      name: 'few-rows',
      title: 'Too few validation rows to tell',
      seen: 'With 30 validation rows the tuned prompt may be anywhere from 50 % to 84 %, few-shot from 39 % to 74 %.',
      advice: 'Try a validation share of 0.3 (now 0.1).',
      setting: 'data.split.validation',
    });
    expect(names(at(40, 28, 7, 30))).toEqual([]);
    expect(names(at(40, 140, 125, 210))).toEqual([]);
  });

  const tested = (tuned: number, hard: number, fixed: number, broken: number, pValue: number): AlertFacts => {
    const facts = replay('healthy').end();
    return {
      ...facts,
      record: { ...facts.record, results: { tuned: metrics(tuned, 150), 'few-shot': metrics(hard, 150) } },
      paired: { against: 'few-shot', rows: 150, fixed, broken, pValue },
    };
  };

  test('at the end with what chance would do', () => {
    expect(only(tested(70, 75, 5, 10, 0.3)).seen).toBe(
      'On the same 150 test rows: tuned prompt 46.7 %, few-shot 50.0 %. The difference may be chance (sign test, p = 0.300).',
    );
    expect(only(tested(80, 75, 15, 10, 0.42))).toMatchObject({
      name: 'unclear',
      title: 'Not clearly above few-shot',
    });
    expect(names(tested(110, 75, 40, 5, 0.0001))).toEqual([]);
  });
});

test('rates that are suggested are round', () => {
  expect([0.01, 0.0098, 0.1 / 3, 0.07, 1, 0.00001].map(niceRate)).toEqual([
    0.01, 0.01, 0.03, 0.05, 1, 0.00001,
  ]);
});
