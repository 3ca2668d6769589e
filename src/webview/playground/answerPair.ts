import type { Side } from '../../protocol/panel';
import type { HardPrompt, TakenRow } from '../../protocol/playground';
import type { TrialAnswer } from '../../protocol/requests';
import { sameText } from '../../protocol/texts';
import { answerBars } from '../charts/answerBars';
import { button } from '../kit/controls';
import { el, fill, setText, show } from '../kit/dom';
import { formatFixed, formatRows } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { outcomeMark } from '../predictions/predictionColumns';
import type { GivenAnswer } from '../run/store';
import { HARD_PROMPTS } from './hardPromptChoice';

/** One question, and what came of it so far. */
export interface Asked {
  hardPrompt: HardPrompt;
  taken?: TakenRow;
  tuned?: GivenAnswer;
  hard?: GivenAnswer;
  /** Answers are still to come. */
  running: boolean;
}

/** The tuned prompt's answer beside the hard prompt's. */
export function answerPair(getModel: () => void) {
  const tuned = answerCard('tuned');
  const hard = answerCard('hard');
  const verdict = el('p', { class: 'agreement', role: 'status' });
  const pair = el('div', { class: 'answer-pair' }, tuned.element, hard.element);
  const trouble = el('div', { class: 'banner bad', role: 'alert' });
  let told: GivenAnswer['error'];
  const element = el('div', { class: 'stack answers-part' }, trouble, pair, verdict);
  return {
    element,
    show(asked: Asked | undefined): void {
      show(element, asked !== undefined);
      if (!asked) return;
      // What keeps the tuned prompt from answering keeps the model from answering at all.
      const failed = asked.tuned?.error?.code === 'cancelled' ? undefined : asked.tuned?.error;
      show(trouble, failed !== undefined);
      show(pair, failed === undefined);
      if (failed) {
        const { message, hint } = failed;
        const body = el(
          'div',
          { class: 'banner-body' },
          el('p', {}, message),
          hint && el('p', { class: 'hint' }, hint),
        );
        if (failed !== told) {
          const pull =
            failed.code === 'model-missing' && button({ label: t('Get a model'), onClick: getModel });
          fill(trouble, icon('cross'), body, pull);
          told = failed;
        }
      }
      const stopped = asked.tuned?.error !== undefined;
      pair.classList.toggle('few', asked.hardPrompt.kind === 'few-shot');
      tuned.show(t('Tuned prompt'), asked, asked.running && !asked.tuned?.answer);
      hard.show(HARD_PROMPTS[asked.hardPrompt.kind].label, asked, asked.running && !asked.hard?.answer);
      show(hard.element, !stopped);
      setText(verdict, failed ? '' : agreement(asked));
      show(verdict, verdict.textContent !== '');
    },
  };
}

function answerCard(side: Side) {
  const name = el('h3', { class: 'eyebrow' });
  const time = el('span', { class: 'answer-time quiet' });
  const head = el('p', { class: 'answer-head' });
  const text = el('blockquote', { class: `answer-text ${side}` });
  const bars = el('div', {});
  const note = el('p', { class: 'hint' });
  const element = el(
    'section',
    { class: 'card answer' },
    el('header', { class: 'answer-top' }, name, time),
    head,
    text,
    bars,
    note,
  );
  let drawn: TrialAnswer | undefined;
  return {
    element,
    show(title: string, { hardPrompt, taken, ...sides }: Asked, busy: boolean): void {
      const { answer, error, text: written } = sides[side] ?? {};
      setText(name, title);
      element.setAttribute('aria-label', title);
      element.setAttribute('aria-busy', String(busy));
      element.classList.toggle('writing', busy && written !== undefined);
      setText(time, answer ? duration(answer.milliseconds) : '');
      const isText = answer ? !answer.probabilities : written !== undefined;
      show(text, isText);
      if (isText) setText(text, answer ? answer.predicted || t('(nothing)') : written!);
      show(head, answer !== undefined && (!isText || taken !== undefined));
      if (answer !== drawn) {
        fill(
          head,
          answer && taken && outcomeMark(isRight(answer, taken)),
          answer?.probabilities && answer.predicted,
          answer &&
            !answer.probabilities &&
            taken &&
            el('span', { class: 'quiet' }, t('Expected: {0}', taken.target)),
        );
        const look = side === 'tuned' ? 'tuned' : hardPrompt.kind === 'few-shot' ? 'few-shot' : 'zero-shot';
        fill(bars, answer?.probabilities && answerBars(answer, look));
        drawn = answer;
      }
      const next = side === 'hard' && !sides.tuned?.answer;
      const words = busy && next ? t('After the tuned prompt.') : noteOf(sides[side], busy);
      show(note, words !== '');
      note.classList.toggle('waiting', busy);
      if (note.textContent !== words) fill(note, busy && !next && icon('spinner'), words);
      note.classList.toggle('bad', error !== undefined && error.code !== 'cancelled');
    },
  };
}

function noteOf({ answer, error, text }: GivenAnswer = {}, busy: boolean): string {
  if (error?.code === 'cancelled') return t('Stopped.');
  if (error) return [error.message, error.hint].filter(Boolean).join(' ');
  if (busy) return text === undefined ? t('Waiting for the model. The first answer loads it.') : t('Writing');
  if (answer && answer.cutTokens > 0)
    return t('{0} cut to fit the limit.', formatRows(answer.cutTokens, 'token'));
  return '';
}

/** Whether both say the same, and who is right where the dataset knows. */
function agreement({ tuned, hard, taken }: Asked): string {
  if (!tuned?.answer || !hard?.answer) return '';
  const same = tuned.answer.predicted.trim() === hard.answer.predicted.trim();
  if (!taken)
    return same ? t('Both prompts give the same answer.') : t('The prompts give different answers.');
  const ours = isRight(tuned.answer, taken);
  const theirs = isRight(hard.answer, taken);
  if (ours && theirs) return t('Both prompts are right.');
  if (!ours && !theirs)
    return same ? t('Both prompts give the same wrong answer.') : t('Both prompts are wrong.');
  return ours ? t('Only the tuned prompt is right.') : t('Only the hard prompt is right.');
}

export function isRight({ predicted }: TrialAnswer, { target }: TakenRow): boolean {
  return sameText(target, predicted);
}

function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? t('{0} ms', Math.round(milliseconds))
    : t('{0} s', formatFixed(milliseconds / 1000, 1));
}
