import { answerBars } from '../charts/answerBars';
import { button, type TextInput, textArea } from '../kit/controls';
import { el, fill, onChange, show } from '../kit/dom';
import { icon } from '../kit/icons';
import type { Component, PanelContext } from '../run/panelContext';
import { RUN_STATES } from '../run/runStates';
import type { PanelModel, ShownRun } from '../run/store';
import { promptText, templateColumns } from './templateHoles';

/** The prompt on a text of your own, beside what the model says without it. */
export function tryBox(context: PanelContext): Component {
  const fields = el('div', { class: 'try-fields' });
  const ask = button({ label: 'Try', icon: 'play', title: 'Try (Ctrl+Enter)', primary: true, onClick: send });
  const note = el('p', { class: 'hint' });
  const answer = el('div', { class: 'answers', 'aria-live': 'polite' });
  const element = el(
    'section',
    { class: 'card', 'aria-label': 'Try it' },
    el('header', { class: 'card-head' }, el('h2', {}, 'Try it')),
    fields,
    el('div', { class: 'try-row' }, ask, note),
    answer,
  );
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
  });

  let inputs = new Map<string, TextInput>();
  let lastId = 0;
  let waitingFor: number | undefined;
  let ready = false;

  function values(): Record<string, string> {
    return Object.fromEntries([...inputs].map(([column, field]) => [column, field.value()]));
  }

  function send(): void {
    const filled = values();
    if (!ready || waitingFor !== undefined || Object.values(filled).every((value) => !value.trim())) return;
    waitingFor = ++lastId;
    fill(answer, el('p', { class: 'hint waiting' }, icon('spinner'), 'Asking both prompts'));
    context.send({ type: 'try', id: waitingFor, values: filled });
  }

  const templateChanged = onChange();
  const trialChanged = onChange();
  return {
    element,
    update(model, view) {
      const { run } = model;
      if (!run) return;
      ready = hasPrompt(run) && model.connection === 'ready';
      const prompt = promptText(run.record.task);
      if (templateChanged(run.folder, prompt)) {
        const columns = templateColumns(prompt);
        inputs = new Map(
          columns.map((column) => [column, textArea(column, () => context.keep({ tried: values() }))]),
        );
        fill(fields, ...[...inputs.values()].map((field) => field.element));
        for (const [column, field] of inputs) field.set(view.tried?.[column] ?? '');
        fill(answer);
        waitingFor = undefined;
      }
      if (model.connection !== 'ready') waitingFor = undefined;
      fill(note, ready ? 'Ctrl+Enter' : 'Ready as soon as the run has a prompt.');
      show(ask, ready);
      if (trialChanged(model.trial)) showTrial(model.trial);
    },
  };

  function showTrial(trial: PanelModel['trial']): void {
    if (!trial || trial.id !== waitingFor) return;
    waitingFor = undefined;
    if (trial.error) {
      const { message, hint } = trial.error;
      fill(
        answer,
        el(
          'div',
          { class: 'banner bad', role: 'alert' },
          icon('cross'),
          el('div', { class: 'banner-body' }, el('p', {}, message), hint && el('p', { class: 'hint' }, hint)),
        ),
      );
      return;
    }
    if (!trial.answer) return;
    const { tuned, zeroShot } = trial.answer;
    fill(
      answer,
      column('Tuned prompt', tuned, 'tuned'),
      column('Zero-shot', zeroShot, 'zero-shot'),
      el(
        'p',
        { class: 'hint answer-time' },
        `The tuned prompt answered in ${Math.round(tuned.milliseconds)} ms.`,
      ),
    );
  }
}

function column(
  name: string,
  given: Parameters<typeof answerBars>[0],
  look: 'tuned' | 'zero-shot',
): HTMLElement {
  return el(
    'section',
    { class: 'answer', 'aria-label': name },
    el('h3', { class: 'eyebrow' }, name),
    given.probabilities && el('p', { class: 'answer-head' }, given.predicted),
    answerBars(given, look),
  );
}

/** The best prompt is on disk and no training holds the model. */
function hasPrompt({ record, progress }: ShownRun): boolean {
  if (RUN_STATES[progress.state].live) return false;
  return progress.state === 'finished' || record.best !== undefined || record.results.tuned !== undefined;
}
