import { DATA_ROLES, type DataFacts, type DataRole } from '../../protocol/form';
import { button } from '../kit/controls';
import { el, fill, newId, onChange, setText, show } from '../kit/dom';
import { formatCount, formatPercent, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import { chooseData, dataName } from './changes';
import { fieldShell } from './fieldShell';
import { type FormContext, type FormModel, problemsAt } from './formModel';
import { fieldSchema } from './schemaFields';
import type { FormPart } from './settingField';

const TITLES: Readonly<Record<DataRole, string>> = {
  train: t('Training rows'),
  validation: t('Validation rows'),
  test: t('Test rows'),
};

/** More classes than this are only counted. */
const MOST_CLASSES = 12;

/** The files that a task learns from and is tested on. */
export function dataSection(context: FormContext): FormPart {
  const fields = DATA_ROLES.map((role) => dataField(role, context));
  const parts = el('p', { class: 'data-parts' });
  return {
    element: el('div', { class: 'fields' }, ...fields.map(({ element }) => element), parts),
    update(model) {
      for (const field of fields) field.update(model);
      const { rows, excluded = 0 } = model.check ?? {};
      show(parts, rows !== undefined);
      if (!rows) return;
      const { train, validation, test } = rows;
      const split = t(
        '{0} to learn from, {1} for validation, {2} for the test.',
        formatRows(train),
        formatCount(validation),
        formatCount(test),
      );
      const left = excluded > 0 ? t('{0} left out by this task.', formatRows(excluded)) : '';
      setText(parts, [split, left].filter(Boolean).join(' '));
    },
  };
}

function dataField(role: DataRole, context: FormContext): FormPart {
  let model: FormModel | undefined;
  const choose = (name: string | undefined): void => {
    if (model) context.change(chooseData(model.task.value, role, name));
  };
  const required = role === 'train';
  const shell = fieldShell({
    label: TITLES[role],
    description: fieldSchema(['data', role]).description,
    path: ['data', role],
    onReset: required ? undefined : () => choose(undefined),
  });
  const select = el('select', { class: 'select wide' });
  select.addEventListener('change', () => choose(select.value || undefined));
  const browse = button({
    label: t('Browse…'),
    icon: 'folder',
    title: t('Choose a file: {0}', TITLES[role]),
    onClick: () => context.send({ type: 'browse', role }),
  });
  const facts = el('div', { class: 'data-facts' });
  shell.hold(select, el('div', { class: 'control-row' }, select, browse), facts);
  const newChoices = onChange();
  const newFacts = onChange();
  return {
    element: shell.element,
    update(next) {
      model = next;
      const name = dataName(next.task.value, role);
      const known = next.choices?.datasets ?? [];
      if (newChoices(name, known)) {
        const names = name === undefined || known.includes(name) ? known : [name, ...known];
        const none = required ? t('Choose a dataset') : t('Default: split off the training rows');
        fill(
          select,
          (!required || name === undefined) && el('option', { value: '' }, none),
          ...names.map((one) => el('option', { value: one }, one)),
        );
        select.value = name ?? '';
      }
      const file = next.data[role];
      const current = file?.name === name ? file : undefined;
      if (newFacts(current)) fill(facts, current && dataFacts(current));
      const path = required && typeof next.task.value.data === 'string' ? ['data'] : ['data', role];
      // A file that cannot be read is said by the check too.
      shell.update({ modified: !required && name !== undefined, problems: problemsAt(next, path) });
    },
  };
}

/** Rows, columns, and the classes with their parts. */
function dataFacts(facts: DataFacts): HTMLElement | false {
  if ('error' in facts) return false;
  const { rows, columns, suggested } = facts.summary;
  const target = columns.find(({ name }) => name === suggested?.target);
  const classes = target?.classes ?? [];
  const many = classes.length > MOST_CLASSES;
  const known = [formatRows(rows), columns.map(({ name }) => name).join(', ')];
  if (many) known.push(formatRows(classes.length, 'class'));
  return el(
    'div',
    {},
    el('p', { class: 'quiet' }, known.join(' · ')),
    classes.length > 0 && !many && classBars(target!.name, classes),
  );
}

function classBars(column: string, classes: readonly { value: string; count: number }[]): HTMLElement {
  const all = classes.reduce((sum, { count }) => sum + count, 0);
  const most = classes[0]!.count;
  const id = newId('classes');
  return el(
    'div',
    {},
    el('p', { class: 'sr-only', id }, t('Classes in {0}', column)),
    el(
      'ul',
      { class: 'class-bars', 'aria-labelledby': id },
      ...classes.map(({ value, count }) => {
        const fill = el('span', { class: 'class-bar-fill' });
        fill.style.width = `${(100 * count) / most}%`;
        return el(
          'li',
          { title: formatPercent(count / all) },
          el('span', { class: 'class-name' }, value),
          el('span', { class: 'class-bar', 'aria-hidden': 'true' }, fill),
          el('span', { class: 'class-count' }, formatCount(count)),
        );
      }),
    ),
  );
}
