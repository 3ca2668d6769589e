import { dueToLead, falls } from '../../protocol/lossCurve';
import { formatFixed, formatPercent, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import { type Advice, moreSteps, moreTokens, usualRate } from './alertAdvice';
import type { Rule, View } from './alertRule';
import type { PairedComparison } from './pairedComparison';
import { CONTENDER_NAMES, CONTENDER_WORDS, standingOf } from './standing';

const CHANCE = 0.05;
/** With as many a difference of ten points shows. */
const ENOUGH_ROWS = 200;

/** What the answers tell, beside those of the hard prompts. */
export const SCORE_RULES = {
  'below-baseline'(view) {
    const { record, progress, paired, shown } = view;
    const standing = standingOf(record, progress);
    if (!standing?.tuned || !standing.bestHard) return undefined;
    const { tuned, bestHard, split } = standing;
    if (split === 'validation' && view.done < dueToLead(view, record.steps)) return undefined;
    const ahead = tuned.score - bestHard.score;
    if (ahead > (shown && split === 'validation' ? 0.01 : 0)) return undefined;
    const name = CONTENDER_NAMES[bestHard.contender];
    const rows = formatRows(tuned.metrics.rows, split === 'test' ? 'test row' : 'validation row');
    const figures = t(
      'On the same {0}: tuned prompt {1}, {2} {3}.',
      rows,
      formatPercent(tuned.score),
      CONTENDER_WORDS[bestHard.contender],
      formatPercent(bestHard.score),
    );
    return {
      title: t('{0} is not beaten', name),
      seen: split === 'test' && paired ? `${figures} ${chanceOf(paired)}` : figures,
      ...toLearnMore(view),
    };
  },

  unclear(view) {
    const { record, progress, paired } = view;
    const standing = standingOf(record, progress);
    if (standing?.split !== 'test' || !standing.tuned || !standing.bestHard || !paired) return undefined;
    const ahead = standing.tuned.score - standing.bestHard.score;
    if (ahead <= 0 || paired.pValue < CHANCE) return undefined;
    return {
      title: t('Not clearly above {0}', CONTENDER_WORDS[standing.bestHard.contender]),
      seen: t(
        'On {0} the tuned prompt fixed {1} and broke {2}. {3}',
        formatRows(paired.rows, 'test row'),
        formatRows(paired.fixed),
        paired.broken,
        chanceOf(paired),
      ),
      ...toLearnMore(view),
    };
  },

  'few-rows'({ record, progress, done, shown }) {
    const standing = standingOf(record, progress);
    if (standing?.split !== 'validation' || done < record.steps / 2) return undefined;
    const { tuned, bestHard } = standing;
    if (!tuned?.interval || !bestHard?.interval) return undefined;
    const rows = tuned.metrics.rows;
    const overlap = Math.min(
      bestHard.interval[1] - tuned.interval[0],
      tuned.interval[1] - bestHard.interval[0],
    );
    if (rows >= ENOUGH_ROWS || overlap < (shown ? -0.02 : 0)) return undefined;
    const { split, validation } = record.task.data;
    const { train, validation: held, test } = record.data.rows;
    const all = train + held + test;
    const share = Math.min(0.3, Math.ceil((ENOUGH_ROWS / Math.max(1, all)) * 20) / 20);
    const ends = [...tuned.interval, ...bestHard.interval].map((end) => formatPercent(end, 0));
    return {
      title: t('Too few validation rows to tell'),
      seen: t(
        'With {0} the tuned prompt may be anywhere from {1} to {2}, {3} from {4} to {5}.',
        formatRows(rows, 'validation row'),
        ends[0]!,
        ends[1]!,
        CONTENDER_WORDS[bestHard.contender],
        ends[2]!,
        ends[3]!,
      ),
      advice:
        validation !== undefined
          ? t('Try a validation file of {0} or more.', formatRows(ENOUGH_ROWS))
          : share > split.validation
            ? t('Try a validation share of {0} (now {1}).', share, split.validation)
            : t('Label more rows: {0} would tell.', formatRows(ENOUGH_ROWS, 'validation row')),
      setting: validation !== undefined ? 'data.validation' : 'data.split.validation',
    };
  },
} satisfies Record<string, Rule>;

function chanceOf({ pValue }: PairedComparison): string {
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${formatFixed(pValue, 3)}`;
  return pValue < CHANCE
    ? t('The difference is hardly chance (sign test, {0}).', p)
    : t('The difference may be chance (sign test, {0}).', p);
}

/** What a better prompt may need: a usual learning rate, then more steps while the loss falls, then more room. */
function toLearnMore(view: View): Advice {
  const { done, progress } = view;
  const { task, steps } = view.record;
  const rate = usualRate(task.training.learningRate);
  if (rate || !falls(view)) return rate ?? moreTokens(task.method.virtualTokens);
  const { time } = progress.curve;
  const pace = done > 1 ? (time[done - 1]! - time[0]!) / 1000 / (done - 1) : 0;
  return moreSteps(task.training.length, steps, pace);
}
