import type { FormState } from '../../protocol/form';
import { button } from '../kit/controls';
import { el, fill, onChange, show } from '../kit/dom';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { dataSection } from './dataSection';
import { ADVANCED_FIELDS, TRAINING_FIELDS } from './fieldTable';
import { formHead } from './formHead';
import type { FormContext, FormModel } from './formModel';
import { initField } from './initField';
import { modelSection } from './modelSection';
import { problemsSummary } from './problemsSummary';
import { promptSection } from './promptSection';
import { section } from './section';
import { type FormPart, settingField } from './settingField';
import { targetSection } from './targetSection';

/** The whole form. `keep` remembers what should outlive a reload. */
export function page(
  context: FormContext,
  state: () => FormState,
  keep: (change: FormState) => void,
): FormPart {
  const head = formHead(context);
  const problems = problemsSummary();
  const training = group(TRAINING_FIELDS.map((spec) => settingField(spec, context)));
  const advanced = ADVANCED_FIELDS.map(({ title, fields }) => ({
    title,
    part: group(fields.map((spec) => settingField(spec, context))),
  }));
  const init = initField(context);
  const parts = {
    data: dataSection(context),
    target: targetSection(context),
    prompt: promptSection(context, (row) => keep({ row }), state().row ?? 1),
    model: modelSection(context),
  };
  const opened = (name: string, title: string, open: boolean, ...children: HTMLElement[]): HTMLElement =>
    section(
      {
        name,
        title,
        open: state().sections?.[name] ?? open,
        onToggle: (isOpen) => keep({ sections: { ...state().sections, [name]: isOpen } }),
      },
      ...children,
    );
  const form = el(
    'div',
    { class: 'form-body' },
    opened('data', t('Data'), true, parts.data.element),
    opened('target', t('Target'), true, parts.target.element),
    opened('prompt', t('Prompt'), true, parts.prompt.element),
    opened('model', t('Model'), true, parts.model.element),
    opened('training', t('Training'), true, training.element),
    opened(
      'advanced',
      t('Advanced'),
      false,
      init.element,
      ...advanced.flatMap(({ title, part }) => [el('h3', { class: 'group-title' }, title), part.element]),
    ),
  );
  const broken = el('div', { class: 'broken-place' });
  const trust = trustBanner(context);
  const all: FormPart[] = [
    head,
    problems,
    ...Object.values(parts),
    training,
    init,
    ...advanced.map(({ part }) => part),
  ];
  const newBroken = onChange();
  return {
    element: el(
      'div',
      { class: 'form-page' },
      head.element,
      el('main', {}, trust, broken, problems.element, form),
    ),
    update(model) {
      show(trust, !model.trusted);
      if (newBroken(model.task.broken?.line, model.task.broken?.column)) {
        fill(broken, model.task.broken && brokenBanner(model.task.broken, context));
      }
      // What it shows is the last that made sense; nothing can be written into a text that does not.
      form.inert = model.task.broken !== undefined;
      form.classList.toggle('stale', model.task.broken !== undefined);
      for (const part of all) part.update(model);
    },
  };
}

function group(fields: readonly FormPart[]): FormPart {
  return {
    element: el('div', { class: 'fields' }, ...fields.map(({ element }) => element)),
    update(model) {
      for (const field of fields) field.update(model);
    },
  };
}

function trustBanner(context: FormContext): HTMLElement {
  return el(
    'div',
    { class: 'banner' },
    icon('info'),
    el(
      'div',
      { class: 'banner-body' },
      el(
        'p',
        { class: 'banner-message' },
        t('Softprompt reads and runs nothing until you trust this workspace.'),
      ),
      el(
        'div',
        { class: 'banner-actions' },
        button({ label: t('Manage Workspace Trust'), onClick: () => context.command('trust') }),
      ),
    ),
  );
}

function brokenBanner(
  { message, line, column }: NonNullable<FormModel['task']['broken']>,
  context: FormContext,
): HTMLElement {
  return el(
    'div',
    { class: 'banner bad', role: 'alert' },
    icon('warning'),
    el(
      'div',
      { class: 'banner-body' },
      el('p', { class: 'banner-message' }, message),
      el('p', {}, t('The form waits until the text can be read again.')),
      el(
        'div',
        { class: 'banner-actions' },
        button({
          label: t('Open as Text'),
          icon: 'file',
          primary: true,
          onClick: () => context.send({ type: 'openText', line, column }),
        }),
      ),
    ),
  );
}
