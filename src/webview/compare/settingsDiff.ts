import { el, fill, onChange, show } from '../kit/dom';
import { t } from '../kit/l10n';
import type { CompareContext, ComparePart, Comparison } from './comparison';
import { letterBox } from './names';
import { compareSettings, type SettingRow } from './settings';

/** What was set differently; all settings on demand. */
export function settingsDiff(context: CompareContext): ComparePart {
  const everything = el('input', { type: 'checkbox', id: 'all-settings' });
  everything.addEventListener('change', () => context.keep({ allSettings: everything.checked }));
  const body = el('div', {
    class: 'settings-scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': t('Settings by run'),
  });
  const element = el(
    'section',
    { class: 'card', 'aria-label': t('Settings') },
    el(
      'header',
      { class: 'card-head' },
      el('h2', {}, t('Settings')),
      el(
        'span',
        { class: 'readout' },
        everything,
        el('label', { for: 'all-settings' }, t('Show those that are the same too')),
      ),
    ),
    body,
  );
  const changed = onChange();
  return {
    element,
    update(_model, { allSettings = false }, { runs }) {
      show(element, runs.length > 0);
      everything.checked = allSettings;
      if (!changed(allSettings, ...runs.flatMap(({ letter, run }) => [letter, run.record]))) return;
      const all = compareSettings(runs.map(({ run }) => run.record));
      const shown = allSettings ? all : all.filter(({ differs }) => differs);
      fill(
        body,
        shown.length > 0
          ? table(shown, runs)
          : el(
              'p',
              { class: 'empty' },
              runs.length > 1
                ? t('These runs have the same settings.')
                : t('One run alone differs in nothing.'),
            ),
      );
    },
  };
}

function table(rows: readonly SettingRow[], runs: Comparison['runs']): HTMLElement {
  return el(
    'table',
    { class: 'classes settings-table' },
    el('caption', { class: 'sr-only' }, t('Settings by run')),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { scope: 'col' }, t('Setting')),
        ...runs.map(({ letter, run }) =>
          el(
            'th',
            { scope: 'col' },
            el('span', { class: 'contender' }, letterBox(letter), run.record.task.name),
          ),
        ),
      ),
    ),
    el(
      'tbody',
      {},
      ...rows.map(({ path, values, differs }) =>
        el(
          'tr',
          { class: differs ? 'differs' : '' },
          el('th', { scope: 'row' }, el('code', {}, path)),
          ...values.map((value) =>
            value === undefined
              ? el('td', { class: 'quiet' }, t('default'))
              : el(
                  'td',
                  { title: value },
                  el('span', { class: 'setting-value' }, value.replace(/^sha256:/, '')),
                ),
          ),
        ),
      ),
    ),
  );
}
