import type { ModelSummary } from '../../protocol/models';
import { button } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { formatBytes, formatParameters } from '../kit/format';
import { t } from '../kit/l10n';
import { fieldShell } from './fieldShell';
import { type FormContext, type FormModel, problemsAt } from './formModel';
import { fieldSchema } from './schemaFields';
import type { FormPart } from './settingField';

type Choice = NonNullable<FormModel['choices']>['models'][number];

/** The frozen base model: those on this computer, then those that can be downloaded. */
export function modelSection(context: FormContext): FormPart {
  const shell = fieldShell({
    label: t('Base model'),
    description: fieldSchema(['model']).description,
    path: ['model'],
  });
  const select = el('select', { class: 'select wide' });
  select.addEventListener('change', () => context.change([{ path: ['model'], value: select.value }]));
  const download = button({
    label: t('Download'),
    icon: 'download',
    onClick: () => context.command('pullModel'),
  });
  const facts = el('p', { class: 'quiet' });
  shell.hold(select, el('div', { class: 'control-row' }, select, download), facts);
  const news = onChange();
  return {
    element: el('div', { class: 'fields' }, shell.element),
    update(model) {
      const name = typeof model.task.value.model === 'string' ? model.task.value.model : '';
      const models = model.choices?.models ?? [];
      if (news(name, model.choices)) {
        fill(select, ...options(models, name));
        select.value = name;
        const chosen = models.find(({ inTask }) => inTask === name);
        setText(facts, chosen ? factsOf(chosen) : '');
        show(facts, chosen !== undefined);
        show(download, chosen?.state === 'available');
      }
      shell.update({ modified: false, problems: problemsAt(model, ['model']) });
    },
  };
}

function options(models: readonly Choice[], name: string): HTMLElement[] {
  const groups = [
    { label: t('On this computer'), models: models.filter(({ state }) => state === 'on-disk') },
    { label: t('To be downloaded'), models: models.filter(({ state }) => state === 'available') },
  ].filter((group) => group.models.length > 0);
  const known = models.some(({ inTask }) => inTask === name);
  const other = known ? [] : [el('option', { value: name }, name || t('Choose a model'))];
  return [
    ...other,
    ...groups.map((group) =>
      el('optgroup', { label: group.label }, ...group.models.map((one) => option(one, name))),
    ),
  ];
}

function option(model: Choice, name: string): HTMLElement {
  const size = model.size > 0 ? ` · ${formatBytes(model.size)}` : '';
  return el(
    'option',
    { value: model.inTask, disabled: model.obstacle !== undefined && model.inTask !== name },
    `${model.title}${size}`,
  );
}

function factsOf({ parameters, quantisation, size, licence, memory, obstacle }: ModelSummary): string {
  return [
    obstacle?.reason,
    parameters > 0 && formatParameters(parameters),
    quantisation,
    size > 0 && formatBytes(size),
    licence ? t('licence {0}', licence) : t('licence unknown'),
    memory && t('about {0} of memory to tune', formatBytes(memory)),
  ]
    .filter(Boolean)
    .join(' · ');
}
