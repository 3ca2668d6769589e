import { el, fill, setText, show } from '../kit/dom';
import { t } from '../kit/l10n';
import { readTarget, setField, setInTarget, valueAt } from './changes';
import { fieldShell } from './fieldShell';
import type { FieldSpec } from './fieldTable';
import { type FormContext, type FormModel, problemsAt } from './formModel';
import { LiveText } from './liveText';
import { type FieldSchema, fieldSchema } from './schemaFields';

export interface FormPart {
  element: HTMLElement;
  update(model: FormModel): void;
}

interface Control {
  element: HTMLElement;
  /** What the file says, and what counts where it says nothing. */
  set(value: unknown, fallback: unknown): void;
}

/** A plain setting, with the control that its schema asks for. */
export function settingField(spec: FieldSpec, context: FormContext): FormPart {
  const schema = fieldSchema(spec.path);
  let model: FormModel | undefined;
  const write = (value: unknown): void => {
    if (!model) return;
    const { value: task } = model.task;
    const column = readTarget(task).column ?? model.resolved?.target.column;
    const [, ...inside] = spec.path;
    if (!spec.target) context.change(setField(task, spec.path, value));
    else if (column !== undefined)
      context.change(setInTarget(task, spec.target, column, inside as [string], value));
  };
  const shell = fieldShell({
    label: spec.label,
    description: schema.description,
    path: spec.path,
    onReset: () => write(undefined),
  });
  const control = CONTROLS[schema.kind](schema, write);
  const meaning = el('p', { class: 'field-meaning' });
  shell.hold(control.element, control.element, schema.kind === 'choice' && meaning);
  return {
    element: shell.element,
    update(next) {
      model = next;
      const value = valueAt(next.task.value, spec.path);
      const fallback = next.resolved && spec.fallback(next.resolved);
      const kind = next.resolved?.target.kind;
      show(shell.element, !spec.target || kind === undefined || kind === spec.target);
      control.set(value, fallback);
      const chosen = schema.options.find((option) => option.value === (value ?? fallback));
      setText(meaning, chosen?.description ?? '');
      show(meaning, Boolean(chosen?.description));
      shell.update({ modified: value !== undefined, problems: problemsAt(next, spec.path) });
    },
  };
}

type MakeControl = (schema: FieldSchema, write: (value: unknown) => void) => Control;

const CONTROLS: Readonly<Record<FieldSchema['kind'], MakeControl>> = {
  number({ whole, minimum, maximum }, write) {
    const input = el('input', {
      type: 'number',
      class: 'input number',
      min: minimum,
      max: maximum,
      step: whole ? 1 : 'any',
    });
    const live = new LiveText(input, (text) => write(text.trim() === '' ? undefined : Number(text)));
    return {
      element: input,
      set(value, fallback) {
        input.placeholder = fallback === undefined ? t('Not set') : t('Default: {0}', String(fallback));
        // 0.10 and 0.1 are the same number: what was typed stays.
        if (input.value !== '' && Number(input.value) === value) return;
        live.set(value === undefined ? '' : String(value));
      },
    };
  },
  text(_, write) {
    const area = el('textarea', { class: 'input', rows: 2 });
    const live = new LiveText(area, (text) => write(text === '' ? undefined : text));
    return {
      element: area,
      set(value, fallback) {
        area.placeholder = fallback === undefined ? t('Not set') : t('Default: {0}', String(fallback));
        live.set(typeof value === 'string' ? value : '');
      },
    };
  },
  choice({ options }, write) {
    return list(
      options.map(({ value }) => ({ value, label: value })),
      write,
      (text) => text,
    );
  },
  switch(_, write) {
    const names = [
      { value: 'true', label: t('Yes') },
      { value: 'false', label: t('No') },
    ];
    return list(names, write, (text) => text === 'true');
  },
};

/** A list whose first line leaves the value to its default. */
function list(
  options: readonly { value: string; label: string }[],
  write: (value: unknown) => void,
  read: (text: string) => unknown,
): Control {
  const select = el('select', { class: 'select' });
  const unset = el('option', { value: '' });
  fill(select, unset, ...options.map(({ value, label }) => el('option', { value }, label)));
  select.addEventListener('change', () => write(select.value === '' ? undefined : read(select.value)));
  return {
    element: select,
    set(value, fallback) {
      const name = options.find((option) => option.value === String(fallback))?.label;
      setText(unset, name === undefined ? t('Default') : t('Default: {0}', name));
      const text = value === undefined ? '' : String(value);
      if (select.value !== text) select.value = text;
    },
  };
}
