import { button } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { formatCount } from '../kit/format';
import { t } from '../kit/l10n';
import { readTarget, setInTarget } from './changes';
import { fieldShell } from './fieldShell';
import { columnsOf, predicted } from './formColumns';
import { type FormContext, type FormModel, problemsAt } from './formModel';
import { LiveText } from './liveText';
import { fieldSchema } from './schemaFields';
import type { FormPart } from './settingField';

/** Of more classes than this the first are listed, and those that have a word, until all are asked for. */
const MOST_AT_ONCE = 12;

/** A table of the classes; an empty word is chosen automatically. */
export function wordsField(context: FormContext): FormPart {
  let model: FormModel | undefined;
  const write = (label: string, word: string | undefined): void => {
    const column = model && predicted(model);
    if (!model || column === undefined) return;
    context.change(setInTarget(model.task.value, 'label', column, ['words', label], word));
  };
  const shell = fieldShell({
    label: t('Label words'),
    description: fieldSchema(['target', 'words']).description,
    path: ['target', 'words'],
    group: true,
    onReset: () => context.change([{ path: ['target', 'words'] }]),
  });
  const table = el('div', { class: 'label-words' });
  let showsAll = false;
  const more = button({
    label: '',
    onClick: () => {
      showsAll = !showsAll;
      if (model) update(model);
    },
  });
  shell.hold(table, table, more);
  const inputs = new Map<string, LiveText>();
  const news = onChange();

  function update(next: FormModel): void {
    model = next;
    const { kind, words } = readTarget(next.task.value);
    const column = predicted(next);
    const classes = columnsOf(next).find(({ name }) => name === column)?.classes ?? [];
    const counts = new Map(classes.map(({ value, count }) => [value, count]));
    const all = [...new Set([...counts.keys(), ...Object.keys(words)])];
    const labels = all.filter((label, place) => showsAll || place < MOST_AT_ONCE || label in words);
    show(shell.element, kind !== 'text' && next.resolved?.target.kind !== 'text' && all.length > 0);
    show(more, all.length > MOST_AT_ONCE && (showsAll || labels.length < all.length));
    setText(more, showsAll ? t('Show fewer') : t('Show all {0} classes', formatCount(all.length)));
    if (news(labels.join('\0'))) {
      for (const live of inputs.values()) live.drop();
      inputs.clear();
      const rows = labels.map((label) => {
        const input = el('input', {
          class: 'input',
          'aria-label': t('Word of {0}', label),
          placeholder: t('Chosen automatically'),
          'data-path': JSON.stringify(['target', 'words', label]),
        });
        inputs.set(label, new LiveText(input, (text) => write(label, text || undefined)));
        const rowsOf = counts.get(label);
        const count = rowsOf === undefined ? t('no rows') : formatCount(rowsOf);
        return [
          el('span', { class: 'word-label', title: label }, label),
          input,
          el('span', { class: 'word-count', title: t('Rows of this class') }, count),
        ];
      });
      fill(table, ...rows.flat());
    }
    for (const [label, live] of inputs) live.set(words[label] ?? '');
    const modified = Object.keys(words).length > 0;
    shell.update({ modified, problems: modified ? problemsAt(next, ['target', 'words']) : [] });
  }

  return { element: shell.element, update };
}
