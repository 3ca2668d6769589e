import type { FormProblem, TaskPath } from '../../protocol/form';
import { el, fill, onChange, show } from '../kit/dom';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { FormModel } from './formModel';
import type { FormPart } from './settingField';

const MOST_SHOWN = 5;
const CONTROLS = 'input,select,textarea,button';

/** What is wrong with the task, in sum, above everything; a click leads to the field. */
export function problemsSummary(): FormPart {
  const list = el('ul', { class: 'problem-list' });
  const element = el('section', { class: 'summary', 'aria-label': t('Problems'), role: 'status' }, list);
  const news = onChange();
  return {
    element,
    update({ check, task }: FormModel) {
      const problems = (check?.problems ?? []).filter(({ severity }) => severity !== 'information');
      show(element, problems.length > 0 && !task.broken);
      if (!news(JSON.stringify(problems))) return;
      const more = problems.length - MOST_SHOWN;
      fill(
        list,
        ...problems.slice(0, MOST_SHOWN).map((problem) => el('li', {}, line(problem))),
        more > 0 && el('li', { class: 'quiet' }, t('and {0} more', more)),
      );
    },
  };
}

function line({ severity, message, path }: FormProblem): HTMLElement {
  return el(
    'button',
    { type: 'button', class: `problem ${severity}`, on: { click: () => focusField(path) } },
    icon('warning'),
    el('span', {}, message),
  );
}

/** The field that is nearest to a path: its control, with all around it opened. */
function focusField(path: TaskPath): void {
  const fields = [...document.querySelectorAll<HTMLElement>('[data-path]')].filter((one) => !one.hidden);
  const shared = (element: HTMLElement): number => {
    const own = JSON.parse(element.dataset.path!) as TaskPath;
    const differ = own.findIndex((key, i) => key !== path[i]);
    return differ < 0 ? own.length : differ;
  };
  // The first of those that are equally near: a section's main field stands first.
  const best = fields.reduce<HTMLElement | undefined>(
    (near, one) => (shared(one) > (near ? shared(near) : 0) ? one : near),
    undefined,
  );
  if (!best) return;
  for (let outer = best.closest('details'); outer; outer = outer.parentElement?.closest('details') ?? null) {
    outer.open = true;
  }
  const control = best.matches('input')
    ? best
    : best.querySelector<HTMLElement>('.field-body')?.querySelector<HTMLElement>(CONTROLS);
  best.scrollIntoView({ block: 'center' });
  control?.focus({ preventScroll: true });
}
