import { segments } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { t } from '../kit/l10n';
import { chooseColumn, chooseKind, readTarget, type TargetKind } from './changes';
import { fieldShell } from './fieldShell';
import { columnsOf, predicted } from './formColumns';
import { type FormContext, type FormModel, problemsAt } from './formModel';
import { fieldSchema } from './schemaFields';
import type { FormPart } from './settingField';
import { wordsField } from './wordsField';

/** What is to be predicted: the column, labels or text, and the word of each class. */
export function targetSection(context: FormContext): FormPart {
  const parts = [columnField(context), kindField(context), wordsField(context)];
  return {
    element: el('div', { class: 'fields' }, ...parts.map(({ element }) => element)),
    update(model) {
      for (const part of parts) part.update(model);
    },
  };
}

function columnField(context: FormContext): FormPart {
  let model: FormModel | undefined;
  const choose = (column: string | undefined): void => {
    if (model) context.change(chooseColumn(model.task.value, column));
  };
  const shell = fieldShell({
    label: t('Column to predict'),
    description: fieldSchema(['target']).description,
    path: ['target'],
    onReset: () => choose(undefined),
  });
  const select = el('select', { class: 'select wide' });
  select.addEventListener('change', () => choose(select.value || undefined));
  shell.hold(select);
  const news = onChange();
  return {
    element: shell.element,
    update(next) {
      model = next;
      const { column, words } = readTarget(next.task.value);
      const names = columnsOf(next).map(({ name }) => name);
      const guessed = next.data.train && 'summary' in next.data.train && next.data.train.summary.suggested;
      if (news(names.join('\0'), column, guessed ? guessed.target : '')) {
        const missing = column !== undefined && !names.includes(column) ? [column] : [];
        const none = guessed ? t('Default: {0}', guessed.target) : t('Choose a column');
        fill(
          select,
          el('option', { value: '' }, none),
          ...[...missing, ...names].map((name) => el('option', { value: name }, name)),
        );
        select.value = column ?? '';
      }
      // Those of label words are shown with them.
      const problems = problemsAt(next, ['target']).filter(
        ({ path }) => path[1] !== 'words' || Object.keys(words).length === 0,
      );
      shell.update({ modified: column !== undefined, problems });
    },
  };
}

function kindField(context: FormContext): FormPart {
  let model: FormModel | undefined;
  const choose = (kind: TargetKind): void => {
    const column = model && predicted(model);
    if (model && column !== undefined) context.change(chooseKind(model.task.value, kind, column));
  };
  const shell = fieldShell({
    label: t('What it holds'),
    path: ['target', 'kind'],
    group: true,
    onReset: () => choose('auto'),
  });
  const kinds = segments<TargetKind>(t('What it holds'), choose);
  const meaning = el('p', { class: 'field-meaning' });
  shell.hold(kinds.element, kinds.element, meaning);
  return {
    element: shell.element,
    update(next) {
      model = next;
      const { kind } = readTarget(next.task.value);
      kinds.set(
        [
          { value: 'auto', label: t('As it looks') },
          { value: 'label', label: t('Classes') },
          { value: 'text', label: t('Free text') },
        ],
        kind,
      );
      const seen = next.resolved?.target.kind;
      const looks =
        kind !== 'auto' || !seen ? '' : seen === 'label' ? t('It holds classes.') : t('It holds free text.');
      setText(meaning, looks);
      show(meaning, looks !== '');
      shell.update({ modified: kind !== 'auto', problems: [] });
    },
  };
}
