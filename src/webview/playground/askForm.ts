import type { TakenRow } from '../../protocol/playground';
import { button, type TextInput, textArea } from '../kit/controls';
import { el, fill, setText, show } from '../kit/dom';
import { fileName } from '../kit/format';
import { t } from '../kit/l10n';

export interface FormActions {
  /** Something was typed: the text is no row's any more. */
  typed(values: Record<string, string>): void;
  takeAny(): void;
  takeMistake(): void;
}

/** A field for each of the template's columns, and rows of the dataset to fill them with. */
export function askForm({ typed, takeAny, takeMistake }: FormActions) {
  let inputs = new Map<string, TextInput>();
  const fields = el('div', { class: 'try-fields' });
  const mistake = button({
    label: t('Next mistake'),
    icon: 'cross',
    title: t('A row that the tuned prompt answers wrong, the biggest loss first'),
    onClick: takeMistake,
  });
  const origin = el('span', { class: 'quiet try-origin', role: 'status' });
  const element = el(
    'div',
    { class: 'stack-small' },
    fields,
    el(
      'div',
      { class: 'try-take' },
      el('span', { class: 'field-label' }, t('Take a row of the dataset')),
      button({
        label: t('Random row'),
        icon: 'refresh',
        title: t('Any row that the tuned prompt has been asked about'),
        onClick: takeAny,
      }),
      mistake,
      origin,
    ),
  );

  function values(): Record<string, string> {
    return Object.fromEntries([...inputs].map(([column, field]) => [column, field.value()]));
  }

  return {
    element,
    values,
    isEmpty: () => Object.values(values()).every((value) => value.trim() === ''),
    /** Other columns: the fields are made anew. */
    setColumns(columns: readonly string[]): void {
      inputs = new Map(columns.map((column) => [column, textArea(column, () => typed(values()))]));
      fill(fields, ...[...inputs.values()].map((field) => field.element));
    },
    set(filled: Readonly<Record<string, string>>): void {
      for (const [column, field] of inputs) field.set(filled[column] ?? '');
    },
    showOrigin(taken: TakenRow | undefined, failure: string | undefined): void {
      const words = taken
        ? t('{0}, row {1} · expected: {2}', fileName(taken.file), taken.row, taken.target)
        : (failure ?? '');
      setText(origin, words);
      origin.title = words;
    },
    showMistakes: (some: boolean) => show(mistake, some),
  };
}
