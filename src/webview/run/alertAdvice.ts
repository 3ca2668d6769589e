import type { ResolvedTask } from '../../protocol/taskFile';
import { formatCount, formatDuration, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import type { Alert } from './alertRule';

export type Advice = Pick<Alert, 'advice' | 'setting'>;

/** The default; prompts learn with far higher rates than whole models. */
const USUAL_RATE = 0.03;

// Rates and counts are written as the task file takes them.

export function lowerRate(now: number): Advice {
  const advice = t('Try a learning rate of {0} (now {1}).', String(niceRate(now / 3)), String(now));
  return { advice, setting: 'training.learningRate' };
}

/** Back to where prompts learn; undefined for a rate that is about there. */
export function usualRate(now: number): Advice | undefined {
  if (now <= 3 * USUAL_RATE && now >= USUAL_RATE / 3) return undefined;
  const advice = t('Try a learning rate of {0}, the default (now {1}).', String(USUAL_RATE), String(now));
  return { advice, setting: 'training.learningRate' };
}

export function moreTokens(now: number): Advice {
  const more = formatRows(2 * now, 'virtual token');
  return {
    advice: t('Try {0} (now {1}), or more labelled rows.', more, now),
    setting: 'method.virtualTokens',
  };
}

/** `pace` is seconds a step. */
export function moreSteps(length: ResolvedTask['training']['length'], steps: number, pace: number): Advice {
  const [setting, more, now] =
    'epochs' in length
      ? ['training.epochs', formatRows(2 * length.epochs, 'epoch'), formatCount(length.epochs)]
      : ['training.steps', formatRows(2 * steps, 'step'), formatCount(steps)];
  return {
    advice: t(
      'The loss was still falling: try {0} (now {1}), about {2} more.',
      more,
      now,
      formatDuration(steps * pace),
    ),
    setting,
  };
}

/** The nearest of 1, 2, 3, 5 times a power of ten: 0.0098 → 0.01. */
export function niceRate(rate: number): number {
  const power = 10 ** Math.floor(Math.log10(rate));
  const ladder = [1, 2, 3, 5, 10];
  const near = ladder.reduce((a, b) =>
    Math.abs(Math.log(b * (power / rate))) < Math.abs(Math.log(a * (power / rate))) ? b : a,
  );
  return Number((near * power).toPrecision(1));
}
