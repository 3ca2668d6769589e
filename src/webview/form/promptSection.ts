import { iconButton, segments } from '../kit/controls';
import { type Child, el, fill, onChange, show } from '../kit/dom';
import { t } from '../kit/l10n';
import {
  addMessage,
  chooseForm,
  type Message,
  readMessages,
  readTarget,
  removeMessage,
  setField,
} from './changes';
import { fieldShell } from './fieldShell';
import { columnsOf } from './formColumns';
import { type FormContext, type FormModel, problemsAt } from './formModel';
import { previewPane } from './previewPane';
import { fieldSchema } from './schemaFields';
import type { FormPart } from './settingField';
import { type TemplateBox, templateBox } from './templateBox';

/** What the model reads of a row, beside how that looks. */
export function promptSection(context: FormContext, onRow: (row: number) => void, row: number): FormPart {
  let model: FormModel | undefined;
  let last: TemplateBox | undefined;
  const form = segments<'template' | 'messages'>(t('Form of the prompt'), (value) => {
    if (model) context.change(chooseForm(model.task.value, value, shownTemplate(model)));
  });
  const chips = el('div', { class: 'chips', role: 'group', 'aria-label': t('Put in a column') });
  const template = templateField(context, (box) => {
    last = box;
  });
  const messages = messagesField(context, (box) => {
    last = box;
  });
  const preview = previewPane(context, onRow, row);
  const chipNews = onChange();
  return {
    element: el(
      'div',
      { class: 'prompt-columns' },
      el('div', { class: 'fields' }, form.element, template.element, messages.element, chips),
      preview.element,
    ),
    update(next) {
      model = next;
      const talk = readMessages(next.task.value) !== undefined;
      form.set(
        [
          { value: 'template', label: t('Template') },
          { value: 'messages', label: t('Messages') },
        ],
        talk ? 'messages' : 'template',
      );
      template.update(next);
      messages.update(next);
      if (last && !last.area.isConnected) last = undefined;
      const target = readTarget(next.task.value).column ?? next.resolved?.target.column;
      const columns = columnsOf(next).filter(({ name }) => name !== target);
      if (chipNews(columns)) fill(chips, ...columns.map(chip));
      preview.update(next);
    },
  };

  function chip({ name, examples }: { name: string; examples: string[] }): HTMLElement {
    const insert = (): void => {
      const box = last ?? (model && readMessages(model.task.value) ? messages.first() : template.box);
      box?.insert(`{${name}}`);
    };
    return el(
      'button',
      {
        type: 'button',
        class: 'chip',
        title: examples[0] ?? '',
        'aria-label': t('Put in {0}', name),
        on: { click: insert },
      },
      `{${name}}`,
    );
  }
}

/** The template that counts: the file's, or what is taken where it has none. */
function shownTemplate(model: FormModel): string {
  const written = model.task.value.template;
  return typeof written === 'string' ? written : (model.resolved?.template ?? '');
}

function templateField(context: FormContext, onUse: (box: TemplateBox) => void) {
  let model: FormModel | undefined;
  const write = (value: string | undefined): void => {
    if (model) context.change(setField(model.task.value, ['template'], value));
  };
  const shell = fieldShell({
    label: t('Template'),
    description: fieldSchema(['template']).description,
    path: ['template'],
    onReset: () => write(undefined),
  });
  const box = templateBox((text) => write(text || undefined));
  box.area.addEventListener('focus', () => onUse(box));
  shell.hold(box.area, box.element);
  return {
    element: shell.element,
    box,
    update(next: FormModel) {
      model = next;
      show(shell.element, readMessages(next.task.value) === undefined);
      const written = next.task.value.template;
      box.area.placeholder = next.resolved?.template ?? '';
      box.set(typeof written === 'string' ? written : '', names(next));
      shell.update({ modified: written !== undefined, problems: problemsAt(next, ['template']) });
    },
  };
}

function names(model: FormModel): string[] {
  return columnsOf(model).map(({ name }) => name);
}

function messagesField(context: FormContext, onUse: (box: TemplateBox) => void) {
  let model: FormModel | undefined;
  const shell = fieldShell({
    label: t('Messages'),
    description: fieldSchema(['messages']).description,
    path: ['messages'],
    group: true,
  });
  const list = el('div', { class: 'chat' });
  const add = el(
    'button',
    {
      type: 'button',
      class: 'link',
      on: { click: () => context.change(addMessage((model && readMessages(model.task.value)) ?? [])) },
    },
    t('Add a message'),
  );
  shell.hold(list, list, add);
  let boxes: TemplateBox[] = [];
  const news = onChange();
  return {
    element: shell.element,
    first: () => boxes.at(-1),
    update(next: FormModel) {
      model = next;
      const messages = readMessages(next.task.value);
      show(shell.element, messages !== undefined);
      if (!messages) return;
      if (news(messages.map(({ role }) => role).join())) {
        for (const box of boxes) box.drop();
        boxes = [];
        fill(list, ...messages.map((message, index) => messageRow(message, index, messages.length)));
      }
      for (const [index, box] of boxes.entries()) box.set(messages[index]?.content ?? '', names(next));
      shell.update({ modified: false, problems: problemsAt(next, ['messages']) });
    },
  };

  function messageRow({ role }: Message, index: number, count: number): Child {
    const box = templateBox((text) =>
      context.change([{ path: ['messages', index, 'content'], value: text }]),
    );
    box.area.addEventListener('focus', () => onUse(box));
    box.area.setAttribute('aria-label', t('Message {0}, {1}', index + 1, role));
    box.area.rows = 2;
    boxes.push(box);
    const roles = fieldSchemaOfRole();
    const select = el(
      'select',
      { class: 'select', 'aria-label': t('Who says message {0}', index + 1) },
      ...roles.map((one) => el('option', { value: one }, one)),
    );
    select.value = role;
    select.addEventListener('change', () =>
      context.change([{ path: ['messages', index, 'role'], value: select.value }]),
    );
    const remove = iconButton('cross', t('Remove message {0}', index + 1), () =>
      context.change(removeMessage(index)),
    );
    return el(
      'div',
      { class: 'chat-message', 'data-path': JSON.stringify(['messages', index]) },
      el('div', { class: 'chat-head' }, select, count > 1 && remove),
      box.element,
    );
  }
}

function fieldSchemaOfRole(): string[] {
  return fieldSchema(['messages', 'role']).options.map(({ value }) => value);
}
