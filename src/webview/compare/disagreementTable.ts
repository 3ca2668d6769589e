import type { CompareState } from '../../protocol/compare';
import { type ChartTable, tableCsv } from '../charts/chartTable';
import { choice, iconButton, searchField, segments } from '../kit/controls';
import { el, fill, onChange, setText, show } from '../kit/dom';
import { fileName, formatCount, formatPercent, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import { rowGrid } from '../kit/rowGrid';
import { outcomeMark } from '../predictions/predictionColumns';
import type { Answer, AnsweredRow, Contender } from './answers';
import type { CompareContext, ComparePart } from './comparison';
import { contains, disagreements, passes } from './disagreement';
import { letterBox, nameOf } from './names';

const LONGEST = 400;
const ANY = '';

/** Rows on which the contenders do not agree, each with all their answers, one click from its place in the file. */
export function disagreementTable(context: CompareContext): ComparePart {
  let contenders: readonly Contender[] = [];
  let differing: readonly AnsweredRow[] = [];
  /** Where hard prompts count too. */
  let widely: readonly AnsweredRow[] = [];
  let selected: readonly AnsweredRow[] = [];
  let letters: readonly string[] = [];

  const two = segments<string>(t('Who is right'), (value) => {
    const [right, wrong] = value.split(' ');
    context.keep({ right: right || undefined, wrong });
  });
  const right = choice(t('Right'), (value) => context.keep({ right: value || undefined }));
  const wrong = choice(t('Wrong'), (value) => context.keep({ wrong: value || undefined }));
  const many = el('div', { class: 'tools-choices' }, right.element, wrong.element);
  const search = searchField(t('Search'), (search) => context.keep({ search }));
  const count = el('span', { class: 'quiet', role: 'status' });
  const save = iconButton('download', t('Export these rows as CSV'), () =>
    context.send({ type: 'export', name: 'compared-rows.csv', text: tableCsv(asTable()) }),
  );
  const tools = el(
    'div',
    { class: 'tools' },
    two.element,
    many,
    search.element,
    el('span', { class: 'tools-end' }, count, save),
  );
  const grid = rowGrid({
    label: t('Rows where the answers differ. Arrow keys move, Enter opens the row in its file.'),
    cells: cellsOf,
    title(index) {
      const one = selected[index]!;
      return t('Open row {0} of {1}', one.row, fileName(one.file));
    },
    onOpen(index) {
      const { file, line } = selected[index]!;
      context.send({ type: 'openRow', file, line });
    },
  });
  const nothing = el('p', { class: 'empty' });
  const element = el(
    'section',
    { class: 'card disagreements', 'aria-label': t('Rows where the answers differ') },
    el('header', { class: 'card-head' }, el('h2', {}, t('Rows where the answers differ'))),
    tools,
    grid.element,
    nothing,
  );

  function cellsOf(index: number): HTMLElement[] {
    const one = selected[index]!;
    const cell = (name: string, ...content: (string | HTMLElement)[]) =>
      el('span', { class: `cell cell-${name}`, role: 'gridcell' }, ...content);
    return [
      cell('row', formatCount(one.row)),
      cell('text', one.text.slice(0, LONGEST)),
      cell('expected', one.expected.slice(0, LONGEST)),
      ...one.answers.map((answer, at) => cell('answer', ...answerContent(answer, contenders[at]!))),
    ];
  }

  function renderHead(): void {
    const title = (name: string, ...content: (string | HTMLElement)[]) =>
      el('span', { class: `cell cell-${name}`, role: 'columnheader' }, ...content);
    fill(
      grid.head,
      title('row', t('Row')),
      title('text', t('Text')),
      title('expected', t('Expected')),
      ...contenders.map((one) =>
        title(
          'answer',
          letterBox(one.letter),
          el('span', { class: 'sr-only' }, nameOf(one)),
          one.kind === 'tuned' ? '' : el('span', {}, nameOf(one)),
        ),
      ),
    );
  }

  function asTable(): ChartTable {
    return {
      caption: t('Rows where the answers differ'),
      columns: [
        { name: 'file', values: selected.map(({ file }) => file) },
        { name: 'row', values: selected.map(({ row }) => row) },
        { name: 'text', values: selected.map(({ text }) => text) },
        { name: 'expected', values: selected.map(({ expected }) => expected) },
        ...contenders.map((one, index) => ({
          name: nameOf(one),
          values: selected.map(({ answers }) => answers[index]?.predicted ?? null),
        })),
      ],
    };
  }

  const answersChanged = onChange();
  const filterChanged = onChange();
  return {
    element,
    update(_model, view, { answers, differing: between }) {
      show(element, answers.contenders.length > 1);
      const fresh = answersChanged(answers);
      if (fresh) {
        contenders = answers.contenders;
        letters = contenders.map(({ letter }) => letter);
        differing = between;
        widely = disagreements(answers, true);
        grid.element.style.setProperty('--columns', columnsFor(contenders));
        grid.element.style.setProperty('--least', `${300 + 110 * contenders.length}px`);
        renderHead();
      }
      const filter = {
        right: known(view.right),
        wrong: known(view.wrong),
      };
      const { search: words = '' } = view;
      const filtered = filterChanged(filter.right, filter.wrong, words);
      if (!fresh && !filtered) return;
      offer(filter);
      search.set(words);
      const needle = words.trim().toLowerCase();
      const pool = [filter.right, filter.wrong].some((one) => one?.startsWith('H')) ? widely : differing;
      selected = pool.filter((row) => passes(row, filter, letters) && contains(row, needle));
      grid.setRows(selected.length, 0, true);
      setText(
        count,
        selected.length === pool.length
          ? formatRows(pool.length)
          : t('{0} of {1}', formatCount(selected.length), formatRows(pool.length)),
      );
      show(grid.element, selected.length > 0);
      show(nothing, selected.length === 0);
      setText(
        nothing,
        differing.length === 0
          ? t('They give the same answer to every row that all of them were tested on.')
          : t('No row passes these filters.'),
      );
    },
  };

  function known(letter: string | undefined): string | undefined {
    return letter !== undefined && letters.includes(letter) ? letter : undefined;
  }

  /** Two runs: three buttons with numbers. More: two lists. */
  function offer({ right: good, wrong: bad }: Pick<CompareState, 'right' | 'wrong'>): void {
    const tuned = contenders.filter(({ kind }) => kind === 'tuned').map(({ letter }) => letter);
    const pair = tuned.length === 2;
    const byWords = contenders.some(({ target }) => target === 'text');
    show(two.element, pair);
    show(many, !pair);
    const number = (filter: Pick<CompareState, 'right' | 'wrong'>): string =>
      formatCount(differing.filter((row) => passes(row, filter, letters)).length);
    if (pair) {
      const options = [tuned, [...tuned].reverse()].map(([one, other]) => ({
        value: `${one} ${other}`,
        label: byWords ? t('{0} better than {1}', one!, other!) : t('{0} right, {1} wrong', one!, other!),
        count: number({ right: one, wrong: other }),
      }));
      two.set(
        [{ value: ANY, label: t('All'), count: formatCount(differing.length) }, ...options],
        good && bad ? `${good} ${bad}` : ANY,
      );
      return;
    }
    const list = (any: string) => [
      { value: ANY, label: any },
      ...contenders.map((one) => ({ value: one.letter, label: nameOf(one) })),
    ];
    right.set(list(t('Right: any')), good ?? ANY);
    wrong.set(list(t('Wrong: any')), bad ?? ANY);
  }
}

function answerContent(answer: Answer | undefined, { target }: Contender): (string | HTMLElement)[] {
  if (!answer) return ['–'];
  const words = el('span', { class: 'clip' }, answer.predicted.slice(0, LONGEST));
  if (target === 'text') return [el('small', { class: 'quiet' }, formatPercent(answer.score, 0)), words];
  return [outcomeMark(answer.correct), words];
}

function columnsFor(contenders: readonly Contender[]): string {
  const long = contenders.some(({ target }) => target === 'text');
  const answer = long ? 'minmax(100px, 1fr)' : 'minmax(90px, 132px)';
  const text = long ? 'minmax(120px, 1fr)' : 'minmax(120px, 2fr)';
  return ['44px', text, answer, ...contenders.map(() => answer)].join(' ');
}
