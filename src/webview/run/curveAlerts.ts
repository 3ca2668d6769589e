import { brokenAt, risenSince, stillFor } from '../../protocol/lossCurve';
import { formatFixed, formatNumber, formatPercent, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import { type Advice, lowerRate, moreTokens, usualRate } from './alertAdvice';
import { gained, mean, median, RECENT } from './alertFigures';
import type { AlertFacts, Rule } from './alertRule';
import { RUN_STATES } from './runStates';
import { bestValidation } from './standing';

/** Steps that count as before. */
const LONG = 500;

/** What the curves of loss and gradients tell. */
export const CURVE_RULES = {
  'not-learning'({ record, progress: { curve, evaluations }, done, smoothed, shown }) {
    const { learningRate, warmup } = record.task.training;
    // With a usual rate the prompt has nothing more to learn, or cannot: then other alerts have the word.
    const advice = usualRate(learningRate);
    if (!advice || done < warmup * record.steps + 30 || gained(evaluations) > 0.05) return undefined;
    const title = t('The prompt does not learn');
    const first = mean(curve.loss.slice(0, 10));
    const last = mean(curve.loss.slice(-10));
    if (first - last < (shown ? 0.12 : 0.08) * first)
      return {
        title,
        seen: t(
          'After {0} the loss is {1}; it began at {2} (means of ten steps).',
          formatRows(done, 'step'),
          formatFixed(last, 2),
          formatFixed(first, 2),
        ),
        ...advice,
      };
    const classes = record.labelWords?.length ?? 0;
    if (classes < 2 || smoothed[done - 1]! < (shown ? 1 : 1.15) * Math.log(classes)) return undefined;
    return {
      title,
      seen: t(
        'After {0} the smoothed loss is {1}; guessing among {2} has {3}.',
        formatRows(done, 'step'),
        formatFixed(smoothed[done - 1]!, 2),
        formatRows(classes, 'class'),
        formatFixed(Math.log(classes), 2),
      ),
      ...advice,
    };
  },

  diverging(view) {
    const { record, progress, done, smoothed, shown } = view;
    const { step } = progress.curve;
    const advice = lowerRate(record.task.training.learningRate);
    const title = t('The loss is rising');
    const broken = brokenAt(view);
    if (broken !== undefined)
      return { title, seen: t('The loss of step {0} is no number any more.', step[broken]!), ...advice };
    const low = risenSince(view, shown);
    if (low === undefined) return undefined;
    const seen = t(
      'The smoothed loss was {0} at step {1} and is {2} at step {3}.',
      formatFixed(smoothed[low]!, 2),
      step[low]!,
      formatFixed(smoothed[done - 1]!, 2),
      step[done - 1]!,
    );
    return { title, seen, ...advice };
  },

  plateau(view) {
    const { record, progress, done, smoothed, shown } = view;
    const { curve, evaluations, state } = progress;
    // At its end a run stands still because the learning rate goes to zero.
    if (!RUN_STATES[state].live || state === 'testing') return undefined;
    const stretch = stillFor(view, record.steps, shown);
    if (stretch === undefined) return undefined;
    const best = bestValidation(evaluations);
    if (best && best.step > curve.step[done - stretch]!) return undefined;
    return {
      title: t('No progress any more'),
      seen: t(
        'For {0} neither the smoothed loss ({1}) nor the validation has got better.',
        formatRows(stretch, 'step'),
        formatFixed(smoothed[done - 1]!, 2),
      ),
      ...afterPlateau(record, best?.step),
    };
  },

  gradients({ record, progress: { curve }, done, smoothed, shown }) {
    const { clip, learningRate, warmup } = record.task.training;
    const limit = clip ?? 1;
    if (done < warmup * record.steps + 30) return undefined;
    const recent = curve.gradientNorm.slice(-RECENT);
    const middle = median(recent);
    const clipped = recent.filter((norm) => norm > limit).length / recent.length;
    // AdamW evens out how long gradients are: harmless as long as the loss falls.
    const falls = smoothed[done - 1]! < 0.95 * smoothed[Math.max(0, done - 20)]!;
    const always = !falls && clipped >= (shown ? 0.8 : 0.95) && middle > (shown ? 2 : 3) * limit;
    const before = median(curve.gradientNorm.slice(-LONG, -10));
    const burst = median(curve.gradientNorm.slice(-10));
    const exploding = burst > (shown ? 5 : 10) * Math.max(before, 0.1 * limit) && burst > 3 * limit;
    if (!always && !exploding) return undefined;
    return {
      title: exploding ? t('The gradients are exploding') : t('Nearly every gradient is cut'),
      seen: exploding
        ? t(
            'Their norm is {0} in the last ten steps; before it was {1}.',
            formatNumber(burst),
            formatNumber(before),
          )
        : t(
            '{0} of the last {1} were above the limit of {2}, {3} in the middle.',
            formatPercent(clipped, 0),
            formatRows(recent.length, 'step'),
            formatNumber(limit),
            formatNumber(middle),
          ),
      ...lowerRate(learningRate),
    };
  },
} satisfies Record<string, Rule>;

function afterPlateau({ task }: AlertFacts['record'], best: number | undefined): Advice {
  const kept =
    best === undefined ? '' : t('Or cancel now: the prompt of step {0} is the best and kept.', best);
  const { advice, setting } = usualRate(task.training.learningRate) ?? moreTokens(task.method.virtualTokens);
  return { advice: [advice, kept].filter(Boolean).join(' '), setting };
}
