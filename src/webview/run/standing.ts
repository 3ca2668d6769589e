import { type Contender, headlineScore, type Interval, type Metrics } from '../../protocol/metrics';
import type { RunRecord } from '../../protocol/runs';
import { t } from '../kit/l10n';
import type { Evaluation, RunProgress } from './runProgress';

export interface Entry {
  contender: Contender;
  metrics: Metrics;
  /** Accuracy, or word F1 for free text. */
  score: number;
  /** 95 % interval of the score; word F1 has none. */
  interval?: Interval;
}

/** Where the tuned prompt stands against the hard prompts, on the best rows there are so far. */
export interface Standing {
  split: 'test' | 'validation';
  tuned?: Entry;
  hard: Entry[];
  bestHard?: Entry;
  /** Step of the tuned prompt shown. */
  step?: number;
}

export const CONTENDER_NAMES: Record<Contender, string> = {
  tuned: t('Tuned prompt'),
  'zero-shot': t('Zero-shot'),
  'few-shot': t('Few-shot'),
};

/** The same inside a sentence. */
export const CONTENDER_WORDS: Record<Contender, string> = {
  tuned: t('tuned prompt'),
  'zero-shot': t('zero-shot'),
  'few-shot': t('few-shot'),
};

const HARD: readonly Contender[] = ['zero-shot', 'few-shot'];

/** Test results once the tuned prompt has them, validation before; undefined before the first evaluation. */
export function standingOf(
  record: Pick<RunRecord, 'results' | 'best'>,
  progress: Pick<RunProgress, 'evaluations'>,
): Standing | undefined {
  const tested = (contender: Contender): Metrics | undefined =>
    record.results[contender] ?? latest(progress.evaluations, 'test', contender)?.metrics;
  const tuned = tested('tuned');
  if (tuned)
    return standing(
      'test',
      entry('tuned', tuned),
      HARD.map((c) => entry(c, tested(c))),
      record.best?.step,
    );

  const best = bestValidation(progress.evaluations);
  const hard = HARD.map((c) => entry(c, latest(progress.evaluations, 'validation', c)?.metrics));
  if (!best && hard.every((one) => !one)) return undefined;
  return standing('validation', entry('tuned', best?.metrics), hard, best?.step);
}

function standing(
  split: 'test' | 'validation',
  tuned: Entry | undefined,
  hard: (Entry | undefined)[],
  step?: number,
): Standing {
  const present = hard.filter((one) => one !== undefined);
  const bestHard = present.reduce<Entry | undefined>(
    (best, one) => (best && best.score >= one.score ? best : one),
    undefined,
  );
  return { split, tuned, hard: present, bestHard, step };
}

function entry(contender: Contender, metrics: Metrics | undefined): Entry | undefined {
  if (!metrics) return undefined;
  return {
    contender,
    metrics,
    score: headlineScore(metrics),
    interval: metrics.kind === 'label' ? metrics.interval : undefined,
  };
}

function latest(
  evaluations: readonly Evaluation[],
  split: 'test' | 'validation',
  contender: Contender,
): Evaluation | undefined {
  return evaluations.findLast((one) => one.split === split && one.contender === contender);
}

/** The tuned prompt's best validation; of equal ones the earliest, as the trainer keeps it. */
export function bestValidation(evaluations: readonly Evaluation[]): Evaluation | undefined {
  let best: Evaluation | undefined;
  for (const one of evaluations) {
    if (one.split !== 'validation' || one.contender !== 'tuned') continue;
    if (!best || headlineScore(one.metrics) > headlineScore(best.metrics)) best = one;
  }
  return best;
}
