import type { Playground, Try } from '../../protocol/playground';
import { button, iconButton, searchField } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { formatCount, formatDate } from '../kit/format';
import { t } from '../kit/l10n';
import { outcomeMark } from '../predictions/predictionColumns';
import { isRight } from './answerPair';
import { HARD_PROMPTS } from './hardPromptChoice';
import { matchesTry } from './tries';

const MOST_TEXT = 300;

export interface HistoryActions {
  restore(one: Try): void;
  clear(): void;
  undo(): void;
  save(tries: readonly Try[]): void;
}

/** Every try of the run, newest first. Arrow keys move, Enter or a click brings one back. */
export function tryHistory({ restore, clear, undo, save }: HistoryActions) {
  let tries: readonly Try[] = [];
  let words = '';
  const count = el('span', { class: 'count' });
  const search = searchField(t('Filter'), (text) => {
    words = text;
    draw();
  });
  const tools = el(
    'div',
    { class: 'history-tools' },
    search.element,
    iconButton('download', t('Export the history as CSV'), () => save(shown())),
    button({ label: t('Clear'), onClick: clear }),
  );
  const cleared = el(
    'p',
    { class: 'history-undo', role: 'status' },
    t('The history is cleared.'),
    ' ',
    el('button', { type: 'button', class: 'link', on: { click: undo } }, t('Undo')),
  );
  const nothing = el('p', { class: 'empty' });
  const list = el('ul', { class: 'tries', on: { keydown: (event) => onKey(event as KeyboardEvent) } });
  const element = el(
    'section',
    { class: 'card', 'aria-label': t('History') },
    el('header', { class: 'card-head history-head' }, el('h2', {}, t('History')), count, tools),
    cleared,
    nothing,
    list,
  );

  const shown = (): readonly Try[] => tries.filter((one) => matchesTry(one, words));

  function draw(): void {
    const some = shown();
    setText(count, tries.length > 0 ? formatCount(tries.length) : '');
    show(tools, tries.length > 0);
    show(nothing, some.length === 0);
    setText(nothing, tries.length > 0 ? t('No try has these words.') : t('What you try is listed here.'));
    fill(list, ...some.map((one, index) => line(one, index === 0, restore)));
  }

  function onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const lines = [...list.querySelectorAll<HTMLElement>('.try')];
    const at = lines.indexOf(document.activeElement as HTMLElement);
    const next = step === undefined || at < 0 ? undefined : lines[at + step];
    if (!next) return;
    lines[at]!.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  }

  const changed = onChange();
  return {
    element,
    update(playground: Playground, undoable: boolean): void {
      show(cleared, undoable);
      if (!changed(playground.tries)) return;
      ({ tries } = playground);
      draw();
    },
  };
}

function line(one: Try, first: boolean, restore: (one: Try) => void): HTMLElement {
  const { time, values, taken, tuned, hard, hardPrompt } = one;
  const kind = HARD_PROMPTS[hardPrompt.kind].label;
  const differs = hard !== undefined && hard.predicted.trim() !== tuned.predicted.trim();
  return el(
    'li',
    {},
    el(
      'button',
      {
        type: 'button',
        class: `try ${differs ? 'differs' : ''}`,
        tabindex: first ? 0 : -1,
        title: t('Bring this try back'),
        on: { click: () => restore(one) },
      },
      el('span', { class: 'try-text' }, Object.values(values).join(' · ').slice(0, MOST_TEXT)),
      el(
        'span',
        { class: 'try-answer' },
        taken && outcomeMark(isRight(tuned, taken)),
        given(tuned.predicted),
      ),
      el(
        'span',
        { class: 'try-answer quiet' },
        el('span', { class: 'try-kind' }, kind),
        hard && taken && outcomeMark(isRight(hard, taken)),
        given(hard?.predicted ?? '–'),
      ),
      el('span', { class: 'try-time quiet' }, formatDate(new Date(time).toISOString())),
    ),
  );
}

function given(text: string): HTMLElement {
  return el('span', { class: 'clip', title: text }, text.slice(0, MOST_TEXT));
}
