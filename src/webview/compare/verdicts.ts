import { el, fill, onChange, show } from '../kit/dom';
import { formatRows } from '../kit/format';
import { icon } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Answers } from './answers';
import type { ComparePart, Comparison } from './comparison';
import { letterBox, nameOf } from './names';
import { type Pair, pairOf } from './pairs';
import { formatP, outcomeOf, pairSentence } from './verdictWords';

const LOOKS = {
  better: ['good', 'up'],
  unclear: ['quiet', 'equal'],
  same: ['quiet', 'equal'],
} as const;

const ANOTHER = t('Add a second run to compare with: choose one above, or select several in the sidebar.');
const NO_OTHER = t('There is no other run to compare with: tune again, for example with another seed.');

/** Which is better, and could it be chance? In sentences, and as a matrix where there are many. */
export function verdicts(): ComparePart {
  const body = el('div', { class: 'verdict-body' });
  const element = el(
    'section',
    { class: 'card', 'aria-label': t('Which is better?') },
    el('h2', {}, t('Which is better?')),
    body,
  );
  const changed = onChange();
  return {
    element,
    update({ places, runs }, _view, comparison) {
      const waiting = places.some(({ run, error }) => !run && !error);
      const alone = comparison.runs.length === 1 && !waiting;
      const others = runs.some(({ folder }) => places.every((place) => place.folder !== folder));
      const lacking = comparison.runs.filter(({ run }) => run.predictions.length === 0);
      if (!changed(comparison.pairs, comparison.runs.length, waiting, lacking.length, others)) return;
      show(element, comparison.runs.length > 0);
      fill(
        body,
        ...content(
          comparison,
          lacking.map(({ letter }) => letter),
          alone && (others ? ANOTHER : NO_OTHER),
        ),
      );
    },
  };
}

function content(
  { answers, pairs }: Comparison,
  lacking: readonly string[],
  alone: string | false,
): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (alone) parts.push(note(alone));
  for (const letter of lacking) {
    parts.push(note(t('Run {0} has no answers to the test rows yet; it is left out here.', letter)));
  }
  const tuned = answers.contenders.filter(({ kind }) => kind === 'tuned').length;
  const between = pairs.filter(({ second }) => answers.contenders[second]!.kind === 'tuned');
  if (tuned > 1 && between.length < (tuned * (tuned - 1)) / 2) {
    parts.push(
      note(
        t(
          'Some of these runs were tested on different rows, or do not predict the same: their scores cannot be compared row by row.',
        ),
      ),
    );
  }
  if (pairs.length === 0) return parts;
  const shown = tuned <= 2 ? pairs : foremost(pairs, answers);
  parts.push(
    el(
      'ul',
      { class: 'sentences' },
      ...shown.map((pair) => {
        const [look, name] = LOOKS[outcomeOf(pair)];
        return el('li', { class: look }, icon(name), el('span', {}, pairSentence(pair, answers.contenders)));
      }),
    ),
  );
  if (tuned > 2) parts.push(matrix(pairs, answers));
  parts.push(el('p', { class: 'hint' }, ...footnote(pairs, answers)));
  return parts;
}

function note(text: string): HTMLElement {
  return el('p', { class: 'compare-note' }, icon('info'), text);
}

/** With many runs: the best one against each of the others. */
function foremost(pairs: readonly Pair[], { contenders, rows }: Answers): Pair[] {
  const means = contenders.map(({ kind }, index) => {
    const scores = rows.flatMap(({ answers }) => answers[index]?.score ?? []);
    const mean = scores.reduce((sum, one) => sum + one, 0) / Math.max(1, scores.length);
    return kind === 'tuned' ? mean : Number.NEGATIVE_INFINITY;
  });
  const best = means.indexOf(Math.max(...means));
  return pairs.filter(({ first, second }) => first === best || second === best);
}

/** p-values of each run (rows) against each run and hard prompt (columns). */
function matrix(pairs: readonly Pair[], { contenders }: Answers): HTMLElement {
  const tuned = contenders.flatMap(({ kind }, index) => (kind === 'tuned' ? [index] : []));
  return el(
    'div',
    { class: 'matrix-scroll', tabindex: 0, role: 'region', 'aria-label': t('p-values of each pair') },
    el(
      'table',
      { class: 'p-matrix' },
      el('caption', { class: 'sr-only' }, t('p-values of each pair')),
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('td', {}),
          ...contenders.map((one) =>
            el(
              'th',
              { scope: 'col', title: nameOf(one) },
              one.kind === 'tuned' ? letterBox(one.letter) : nameOf(one),
            ),
          ),
        ),
      ),
      el(
        'tbody',
        {},
        ...tuned.map((row) =>
          el(
            'tr',
            {},
            el('th', { scope: 'row', title: nameOf(contenders[row]!) }, letterBox(contenders[row]!.letter)),
            ...contenders.map((_, column) => cell(pairOf(pairs, row, column), contenders)),
          ),
        ),
      ),
    ),
  );
}

function cell(pair: Pair | undefined, contenders: Answers['contenders']): HTMLElement {
  if (!pair) return el('td', { class: 'quiet' }, '–');
  const better = outcomeOf(pair) === 'better';
  const ahead = pair.firstBetter > pair.secondBetter;
  return el(
    'td',
    {
      class: better ? (ahead ? 'good strong' : 'bad strong') : 'quiet',
      title: pairSentence(pair, contenders),
    },
    better && icon(ahead ? 'up' : 'down'),
    formatP(pair.corrected),
    el('small', {}, `+${pair.firstBetter} −${pair.secondBetter}`),
  );
}

function footnote(pairs: readonly Pair[], { contenders }: Answers): string[] {
  const rows = pairs.map((pair) => pair.rows);
  const least = Math.min(...rows);
  const most = Math.max(...rows);
  const matched =
    least === most
      ? t('On the {0} that both sides answered (same file, row, text and expected answer).', formatRows(most))
      : t(
          'On the rows that both sides answered, {0} to {1} (same file, row, text and expected answer).',
          String(least),
          formatRows(most),
        );
  const byWords = contenders.some(({ target }) => target === 'text');
  const approximate = pairs.some(({ method }) => method === 'chi-square');
  const test = byWords
    ? t('Sign test on the word F1 of each row, two-sided: rows better against rows worse.')
    : approximate
      ? t(
          'McNemar’s test, two-sided; chi-square with continuity correction where more than 1,000 rows differ.',
        )
      : t('McNemar’s exact test, two-sided.');
  const between = pairs.filter(({ second }) => contenders[second]!.kind === 'tuned').length;
  const tests = Math.max(between, pairs.length - between);
  const correction =
    tests > 1 ? [t('With several tests p is corrected (Holm), runs and hard prompts apart.')] : [];
  return [[matched, test, ...correction].join(' ')];
}
