import type { PredictionRecord } from '../../protocol/runs';
import { answerBars } from '../charts/answerBars';
import { button } from '../kit/controls';
import { el, fill, onChange, setText, show as setVisible } from '../kit/dom';
import { fileName, formatNumber, formatPercent, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import type { PanelContext } from '../run/panelContext';
import { CONTENDER_NAMES } from '../run/standing';
import { outcomeMark } from './predictionColumns';

/**
 * The chosen row in full: its text, what was expected and answered, and how sure the model was. Buttons and text stay the same
 * elements while answers change, so that neither focus nor a selection is lost.
 */
export function rowDetail(context: PanelContext) {
  let shown: PredictionRecord | undefined;
  const place = el('span', { class: 'quiet' });
  const text = el('blockquote', { tabindex: 0, 'aria-label': t('Text of the row') });
  const cut = el('p', { class: 'hint' });
  const answers = el('div', { class: 'row-answers' });
  const buttons = el(
    'span',
    { class: 'row-buttons' },
    button({
      label: t('Open in file'),
      icon: 'file',
      onClick: () => shown && context.send({ type: 'openRow', file: shown.file, line: shown.line }),
    }),
    button({
      label: t('Try it'),
      icon: 'beaker',
      title: t('Take this row into the playground'),
      onClick: tryIt,
    }),
  );
  const element = el(
    'div',
    { class: 'row-detail', 'aria-live': 'off' },
    el('div', { class: 'row-text' }, el('div', { class: 'row-where' }, place, buttons), text, cut),
    answers,
  );

  function tryIt(): void {
    if (!shown) return;
    context.send({ type: 'takeRow', file: shown.file, row: shown.row });
    context.keep({ tab: 'playground' });
  }

  const changed = onChange();
  return {
    element,
    show(one: PredictionRecord | undefined): void {
      shown = one;
      setVisible(element, one !== undefined);
      if (!one || !changed(one)) return;
      const { predicted, probabilities, cutTokens } = one;
      setText(place, t('{0}, line {1}, row {2}', fileName(one.file), one.line, one.row));
      setText(text, one.text);
      setVisible(cut, cutTokens > 0);
      setText(cut, t('{0} cut to fit the limit.', formatRows(cutTokens, 'token')));
      fill(
        answers,
        el('dl', { class: 'pairs' }, ...facts(one)),
        probabilities && answerBars({ predicted, probabilities }, 'tuned'),
      );
    },
  };
}

function facts(one: PredictionRecord): HTMLElement[] {
  const { expected, predicted, correct, previous, baseline, loss, confidence } = one;
  return [
    pair(t('Expected'), expected),
    pair(t('Tuned prompt'), outcomeMark(correct), predicted),
    ...(previous ? [pair(t('Validation before'), outcomeMark(previous.correct), previous.predicted)] : []),
    ...(baseline
      ? [pair(CONTENDER_NAMES[baseline.contender], outcomeMark(baseline.correct), baseline.predicted)]
      : []),
    pair(t('Loss'), t('{0} nats', formatNumber(loss))),
    pair(t('Confidence'), formatPercent(confidence)),
  ];
}

function pair(name: string, ...value: (string | HTMLElement)[]): HTMLElement {
  return el('div', {}, el('dt', {}, name), el('dd', {}, ...value));
}
