import { segments } from '../kit/controls';
import { el, setText, show } from '../kit/dom';
import { formatCount } from '../kit/format';
import { t } from '../kit/l10n';
import type { ShownRun } from '../run/store';
import { type ShownRows, splitsOf } from './shownRows';

type Split = ShownRows['split'];

/** Which rows are in view, and whose answers they have; a switch where there are both kinds. */
export function splitSwitch(onChoose: (split: Split) => void) {
  const buttons = segments<Split>(t('Rows'), onChoose);
  const note = el('span', { class: 'quiet split-note' });
  return {
    elements: [buttons.element, note],
    update(run: ShownRun, { split, step = 0 }: ShownRows): void {
      const splits = splitsOf(run);
      show(buttons.element, splits.length > 1);
      buttons.set(
        splits.map((value) => ({
          value,
          label: value === 'test' ? t('Test') : t('Validation'),
          count: formatCount(value === 'test' ? run.predictions.length : run.validation!.predictions.length),
        })),
        split,
      );
      setText(
        note,
        split === 'test'
          ? t('Test rows, answered by the best prompt, of step {0}', step)
          : t('Validation rows, answered by the prompt of step {0}', step),
      );
    },
  };
}
