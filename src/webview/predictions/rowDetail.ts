import type { PredictionRecord } from '../../protocol/runs';
import { answerBars } from '../charts/answerBars';
import { button } from '../kit/controls';
import { el, fill, show as setVisible } from '../kit/dom';
import { fileName, formatNumber, formatPercent, formatRows } from '../kit/format';
import type { PanelContext } from '../run/panelContext';
import { CONTENDER_NAMES } from '../run/standing';
import { outcomeMark } from './predictionColumns';

/** The chosen row in full: its text, what was expected and answered, and how sure the model was. */
export function rowDetail(context: PanelContext) {
  const element = el('div', { class: 'row-detail', 'aria-live': 'off' });
  return {
    element,
    show(one: PredictionRecord | undefined): void {
      setVisible(element, one !== undefined);
      if (!one) return;
      const { file, line, row, text, expected, predicted, correct, loss, confidence, baseline, cutTokens } =
        one;
      fill(
        element,
        el(
          'div',
          { class: 'row-text' },
          el(
            'div',
            { class: 'row-where' },
            el('span', { class: 'quiet' }, `${fileName(file)}, line ${line}, row ${row}`),
            button({
              label: 'Open in file',
              icon: 'file',
              onClick: () => context.send({ type: 'openRow', file, line }),
            }),
          ),
          el('blockquote', {}, text),
          cutTokens > 0 &&
            el('p', { class: 'hint' }, `${formatRows(cutTokens, 'token')} cut to fit the limit.`),
        ),
        el(
          'div',
          { class: 'row-answers' },
          el(
            'dl',
            { class: 'pairs' },
            pair('Expected', expected),
            pair('Tuned prompt', outcomeMark(correct), predicted),
            baseline &&
              pair(CONTENDER_NAMES[baseline.contender], outcomeMark(baseline.correct), baseline.predicted),
            pair('Loss', formatNumber(loss), el('span', { class: 'quiet' }, ' nats')),
            pair('Confidence', formatPercent(confidence)),
          ),
          one.probabilities && answerBars({ predicted, probabilities: one.probabilities }, 'tuned'),
        ),
      );
    },
  };
}

function pair(name: string, ...value: (string | HTMLElement)[]): HTMLElement {
  return el('div', {}, el('dt', {}, name), el('dd', {}, ...value));
}
