import { el, setText, show } from '../kit/dom';
import { t } from '../kit/l10n';
import { valueAt } from './changes';
import { fieldShell } from './fieldShell';
import { type FormContext, problemsAt } from './formModel';
import { LiveText } from './liveText';
import { fieldSchema } from './schemaFields';
import type { FormPart } from './settingField';

const PATH = ['method', 'init'];

/** What the virtual tokens start as: a text, words of the vocabulary, or the labels. */
export function initField(context: FormContext): FormPart {
  const shell = fieldShell({
    label: t('Start from'),
    description: fieldSchema(PATH).description,
    path: PATH,
    onReset: () => context.change([{ path: PATH }]),
  });
  const unset = el('option', { value: '' }, t('Default: an instruction for this task'));
  const select = el(
    'select',
    { class: 'select' },
    unset,
    el('option', { value: 'text' }, t('A text of your own')),
    el('option', { value: 'vocabulary' }, t('Words of the vocabulary')),
    el('option', { value: 'labels' }, t('The class labels')),
  );
  select.addEventListener('change', () =>
    context.change([{ path: PATH, value: select.value ? { from: select.value } : undefined }]),
  );
  const text = el('textarea', { class: 'input', rows: 2, 'aria-label': t('Text to start from') });
  const live = new LiveText(text, (value) =>
    context.change([{ path: [...PATH, 'text'], value: value || undefined }]),
  );
  const meaning = el('p', { class: 'field-meaning' });
  shell.hold(select, select, text, meaning);
  return {
    element: shell.element,
    update(model) {
      const from = valueAt(model.task.value, [...PATH, 'from']);
      const written = valueAt(model.task.value, [...PATH, 'text']);
      select.value = typeof from === 'string' ? from : '';
      show(text, from === 'text');
      live.set(typeof written === 'string' ? written : '');
      const init = model.resolved?.method.init;
      const instruction = init?.from === 'text' ? init.text : '';
      text.placeholder = instruction;
      setText(meaning, from === undefined && instruction ? `“${instruction}”` : '');
      show(meaning, meaning.textContent !== '');
      shell.update({ modified: from !== undefined, problems: problemsAt(model, PATH) });
    },
  };
}
