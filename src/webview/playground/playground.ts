import type { PanelState } from '../../protocol/panel';
import { EMPTY_PLAYGROUND, type Playground, type TakenRow, type Try } from '../../protocol/playground';
import { button } from '../kit/controls';
import { el, onChange, setText, show } from '../kit/dom';
import { t } from '../kit/l10n';
import type { Component, PanelContext } from '../run/panelContext';
import type { PanelModel, ShownRun } from '../run/store';
import { type Asked, answerPair } from './answerPair';
import { askForm } from './askForm';
import { hardPromptChoice } from './hardPromptChoice';
import { waitingFor } from './readiness';
import { anyRow, firstRow, hasMistakes, nextMistake } from './rowsToTry';
import { promptText, templateColumns } from './templateHoles';
import { addTry, triesCsv } from './tries';
import { tryHistory } from './tryHistory';

/** What is typed is kept once the typing rests this long. */
const REST_MILLISECONDS = 400;

/** The prompt on texts of one's own, beside the base model with a hard prompt; and all that was tried before. */
export function playground(context: PanelContext): Component {
  let run: ShownRun | undefined;
  let kept: Playground = EMPTY_PLAYGROUND;
  let taken: TakenRow | undefined;
  let asked: (Asked & { id: number; values: Record<string, string> }) | undefined;
  /** What was thrown away last, to be brought back. */
  let cleared: Playground['tries'] | undefined;
  let ready = false;
  /** What is to be told of what was kept, once the typing rests. */
  let later: { timer: ReturnType<typeof setTimeout>; tell(): void } | undefined;
  /** The row that an empty form is filled with, unless the user is faster. */
  let example: { file: string; row: number } | 'any' | undefined;
  let lastId = Date.now(); // answers to the page from before a reload are not taken for its own

  const form = askForm({
    typed(tried) {
      taken = undefined;
      context.keep({ tried, taken });
    },
    takeAny: () => run && context.send({ type: 'takeRow', ...name(anyRow(run, taken)) }),
    takeMistake: () => run && context.send({ type: 'takeRow', ...name(nextMistake(run, taken)) }),
  });
  const beside = hardPromptChoice((change) => {
    keep({ ...kept, ...change });
    if (run) beside.update(run.record, kept);
  });
  const ask = button({
    label: t('Ask both prompts'),
    icon: 'play',
    title: t('Ask both prompts (Ctrl+Enter)'),
    primary: true,
    onClick: send,
  });
  const stop = button({
    label: t('Stop'),
    icon: 'stop',
    title: t('Stop the answer (Escape)'),
    onClick: () => context.send({ type: 'stopTry' }),
  });
  const pause = button({ label: t('Pause'), icon: 'pause', onClick: () => context.send({ type: 'pause' }) });
  const note = el('p', { class: 'hint' });
  const answers = answerPair(() => context.send({ type: 'pullModel' }));
  const history = tryHistory({
    restore,
    clear() {
      cleared = kept.tries;
      keep({ ...kept, tries: [] });
      draw();
    },
    undo() {
      keep({ ...kept, tries: [...kept.tries, ...(cleared ?? [])] });
      cleared = undefined;
      draw();
    },
    save: (tries) => context.send({ type: 'export', name: 'playground.csv', text: triesCsv(tries) }),
  });
  const element = el(
    'div',
    { class: 'stack playground' },
    el(
      'section',
      { class: 'card', 'aria-label': t('Playground') },
      el('header', { class: 'card-head' }, el('h2', {}, t('Playground'))),
      form.element,
      beside.element,
      el('div', { class: 'try-row' }, ask, stop, pause, note),
    ),
    answers.element,
    history.element,
  );
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
    if (event.key === 'Escape' && asked?.running) context.send({ type: 'stopTry' });
  });

  function send(): void {
    if (!run || !ready || asked?.running || form.isEmpty()) return;
    const values = form.values();
    const hardPrompt = beside.value(run.record, kept);
    asked = { id: ++lastId, values, hardPrompt, taken, running: true };
    context.send({ type: 'try', id: asked.id, values, hardPrompt });
    draw();
    answers.element.scrollIntoView({ block: 'nearest' });
  }

  function keep(next: Playground): void {
    kept = next;
    const folder = run?.folder;
    if (folder === undefined) return;
    clearTimeout(later?.timer);
    const tell = (): void => {
      clearTimeout(later?.timer);
      later = undefined;
      context.send({ type: 'keepPlayground', folder, playground: next });
    };
    later = { timer: setTimeout(tell, REST_MILLISECONDS), tell };
  }

  function restore(one: Try): void {
    const { values, hardPrompt, tuned, hard } = one;
    if (asked?.running) return;
    ({ taken } = one);
    form.set(values);
    context.keep({ tried: values, taken });
    asked = {
      id: 0,
      values,
      hardPrompt,
      taken,
      tuned: { answer: tuned },
      hard: { answer: hard },
      running: false,
    };
    keep({
      ...kept,
      kind: hardPrompt.kind,
      ...(hardPrompt.kind === 'own' && { own: hardPrompt.text }),
    });
    draw();
  }

  /** What came in of the answers; a whole pair becomes a line of the history. */
  function hear(trial: PanelModel['trial']): void {
    if (!asked?.running || trial?.id !== asked.id) return;
    const { tuned, hard } = trial;
    const over = tuned?.error !== undefined || hard?.answer !== undefined || hard?.error !== undefined;
    asked = { ...asked, tuned, hard, running: !over };
    if (over) requestAnimationFrame(() => answers.element.scrollIntoView({ block: 'nearest' }));
    if (!over || !tuned?.answer) return;
    const { values, hardPrompt } = asked;
    cleared = undefined;
    const one = { time: Date.now(), values, hardPrompt, tuned: tuned.answer };
    keep(
      addTry(kept, {
        ...one,
        ...(asked.taken && { taken: asked.taken }),
        ...(hard?.answer && { hard: hard.answer }),
      }),
    );
  }

  function fillIn({ row }: NonNullable<PanelModel['taken']>): void {
    if (!row) return;
    const forExample = example === 'any' || (example?.row === row.row && example.file === row.file);
    example = undefined;
    if (forExample && !form.isEmpty()) return;
    const { values, file, line, target } = row;
    taken = { file, row: row.row, line, target };
    form.set(values);
    context.keep({ tried: values, taken });
    if (!asked?.running) asked = undefined;
  }

  const templateChanged = onChange();
  const trialChanged = onChange();
  const takenChanged = onChange();
  const keptChanged = onChange();
  let failure: string | undefined;
  return {
    element,
    update(model, view) {
      ({ run } = model);
      if (!run) return;
      const prompt = promptText(run.record.task);
      if (templateChanged(run.folder, prompt)) begin(prompt, view);
      // What was typed since is newer than what comes back.
      if (keptChanged(model.playground) && later === undefined) kept = model.playground ?? EMPTY_PLAYGROUND;
      const lost = model.connection !== 'ready';
      if (asked?.running && lost) asked = { ...asked, running: false };
      if (trialChanged(model.trial)) hear(model.trial);
      if (takenChanged(model.taken) && model.taken) {
        failure = model.taken.error?.message;
        fillIn(model.taken);
      }
      if (view.tab !== 'playground') return;
      offerExample(run, view);
      const waiting = waitingFor(run, model.connection);
      ready = waiting === undefined;
      show(pause, waiting?.pause === true);
      setText(note, waiting?.reason ?? (asked?.running ? '' : t('Ctrl+Enter')));
      draw();
    },
  };

  function begin(prompt: string, view: PanelState): void {
    later?.tell(); // it is of the run before
    form.setColumns(templateColumns(prompt));
    form.set(view.tried ?? {});
    ({ taken } = view);
    asked = undefined;
    cleared = undefined;
    example = undefined;
  }

  /** An empty form begins with a row of the dataset, once. */
  function offerExample(run: ShownRun, { tried }: PanelState): void {
    if (tried !== undefined || example !== undefined || !form.isEmpty()) return;
    const first = firstRow(run);
    example = first ? { file: first.file, row: first.row } : 'any';
    context.send({ type: 'takeRow', ...name(first) });
  }

  function draw(): void {
    if (!run) return;
    const running = asked?.running === true;
    show(ask, ready && !running);
    show(stop, running);
    form.showOrigin(taken, failure);
    form.showMistakes(hasMistakes(run));
    beside.update(run.record, kept);
    answers.show(asked);
    history.update(kept, cleared !== undefined);
  }
}

function name(row: { file: string; row: number } | undefined) {
  return row ? { file: row.file, row: row.row } : {};
}
