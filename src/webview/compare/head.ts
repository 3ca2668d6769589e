import { MOST_COMPARED } from '../../protocol/compare';
import { button, choice, iconButton } from '../kit/controls';
import { el, fill, onChange } from '../kit/dom';
import { formatDate, formatPercent } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import { RUN_STATES } from '../run/runStates';
import type { CompareModel, Place } from './comparedRuns';
import type { CompareContext, ComparePart } from './comparison';
import { letterBox, swatch } from './names';
import { compareSettings } from './settings';

/** The runs under comparison, each with its letter and line; runs can be added, removed, and their curves hidden. */
export function head(context: CompareContext): ComparePart {
  const list = el('ul', { class: 'compared', 'aria-label': t('Runs under comparison') });
  const more = choice(t('Add a run'), (folder) => folder && add(folder));
  const element = el(
    'header',
    { class: 'page-head' },
    el(
      'div',
      { class: 'head-row' },
      el('div', { class: 'head-title' }, el('h1', {}, t('Compare runs'))),
      el('div', { class: 'head-side' }, more.element),
    ),
    list,
  );
  let folders: readonly string[] = [];
  let hiddenRuns: readonly string[] = [];

  function add(folder: string): void {
    context.send({ type: 'choose', folders: [...folders, folder] });
    more.element.focus();
  }

  function remove(folder: string): void {
    context.send({ type: 'choose', folders: folders.filter((one) => one !== folder) });
  }

  const changed = onChange();
  const optionsChanged = onChange();
  return {
    element,
    update({ places, runs }, { hidden = [] }) {
      folders = places.map(({ folder }) => folder);
      hiddenRuns = hidden;
      if (optionsChanged(runs, folders.join('\n'))) offerRuns(runs);
      const looks = places.map(({ run, error, folder }) =>
        [
          folder,
          error?.message,
          run?.progress.state,
          run?.record.id,
          run?.record.best?.score,
          scoreOf(run),
        ].join(),
      );
      if (!changed(looks.join('\n'), hidden.join('\n'))) return;
      const focused = list.contains(document.activeElement)
        ? (document.activeElement as HTMLElement).dataset.key
        : undefined;
      const notes = differences(places);
      fill(list, ...places.map((place, index) => line(place, hidden, notes[index] ?? '')));
      if (focused) list.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    },
  };

  function offerRuns(runs: CompareModel['runs']): void {
    const others = [...runs]
      .filter(({ folder }) => !folders.includes(folder))
      .sort((a, b) => a.task.localeCompare(b.task) || b.createdAt.localeCompare(a.createdAt));
    const full = folders.length >= MOST_COMPARED;
    const first = full ? t('At most {0} runs', MOST_COMPARED) : t('Add a run…');
    more.set(
      [
        { value: '', label: others.length > 0 ? first : t('No other runs') },
        ...(full ? [] : others.map((one) => ({ value: one.folder, label: optionLabel(one) }))),
      ],
      '',
    );
  }

  function line(place: Place, hidden: readonly string[], note: string): HTMLElement {
    const { folder, letter, run, error } = place;
    const drop = iconButton('cross', t('Remove run {0} from the comparison', letter), () => remove(folder));
    drop.dataset.key = `remove ${folder}`;
    const content = run
      ? readContent(place, note, hidden.includes(folder))
      : [
          letterBox(letter),
          error
            ? el(
                'span',
                { class: 'compared-name bad' },
                t('Run {0} cannot be read: {1}', letter, error.message),
              )
            : el('span', { class: 'loading', role: 'status' }, icon('spinner'), t('Reading the run')),
        ];
    return el('li', { class: 'compared-run' }, ...content, drop);
  }

  function readContent({ folder, letter, run }: Place, note: string, isHidden: boolean): HTMLElement[] {
    const { record, progress } = run!;
    const state = RUN_STATES[progress.state];
    const score = scoreOf(run);
    const toggle = el(
      'button',
      {
        type: 'button',
        class: 'compared-toggle',
        'data-key': `toggle ${folder}`,
        'aria-pressed': String(!isHidden),
        'aria-label': t('Curves of run {0}', letter),
        title: isHidden ? t('Show the curves of run {0}', letter) : t('Hide the curves of run {0}', letter),
        on: { click: () => toggleCurves(folder) },
      },
      swatch(letter),
    );
    const link = el(
      'button',
      {
        type: 'button',
        class: 'link compared-name',
        'data-key': `open ${folder}`,
        title: t('Open the panel of this run'),
        on: { click: () => context.send({ type: 'openRun', folder }) },
      },
      record.task.name,
    );
    return [
      letterBox(letter),
      toggle,
      el(
        'div',
        { class: 'compared-body' },
        el(
          'div',
          { class: 'compared-line' },
          link,
          el('span', { class: 'quiet' }, formatDate(record.createdAt)),
        ),
        note && el('div', { class: 'compared-note quiet' }, note),
      ),
      el('span', { class: 'badge', 'data-tone': state.tone }, icon(state.icon), state.label),
      el('b', { class: 'compared-score' }, score === undefined ? '–' : formatPercent(score)),
      ...(score === undefined && !state.live && progress.curve.step.length > 0 ? [testButton(folder)] : []),
    ];
  }

  function testButton(folder: string): HTMLElement {
    return button({
      label: t('Test it'),
      icon: 'beaker',
      title: t('Answer the test rows with the best prompt of this run'),
      onClick: () => context.send({ type: 'evaluate', folder }),
    });
  }

  function toggleCurves(folder: string): void {
    const without = hiddenRuns.filter((one) => one !== folder);
    context.keep({ hidden: without.length < hiddenRuns.length ? without : [...hiddenRuns, folder] });
  }
}

function scoreOf(run: Place['run']): number | undefined {
  const tuned = run?.record.results.tuned;
  if (!tuned) return undefined;
  return tuned.kind === 'label' ? tuned.accuracy : tuned.wordF1;
}

function optionLabel({ task, createdAt, score }: CompareModel['runs'][number]): string {
  return [task, formatDate(createdAt), score !== undefined && formatPercent(score)]
    .filter(Boolean)
    .join(', ');
}

/** Settings that tell a run from the others, in a few words. */
const NOTED = 3;

/** What was asked for differently, by run: `training.seed 1 · method.virtualTokens 8`. */
function differences(places: readonly Place[]): string[] {
  const read = places.filter(({ run }) => run);
  const rows = compareSettings(read.map(({ run }) => run!.record)).filter(
    ({ path, differs, values }) =>
      differs &&
      path !== 'task' &&
      !path.startsWith('run.') &&
      values.every((one) => (one ?? '').length < 40),
  );
  return places.map((place) => {
    const at = read.indexOf(place);
    if (at < 0) return '';
    return rows
      .slice(0, NOTED)
      .map(({ path, values }) => `${path.split('.').at(-1)} ${values[at] ?? t('default')}`)
      .join(' · ');
  });
}
