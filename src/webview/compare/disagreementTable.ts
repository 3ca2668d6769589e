import type { CompareState } from '../../protocol/compare';
import { type ChartTable, tableCsv } from '../charts/chartTable';
import { choice, iconButton, searchField, segments } from '../kit/controls';
import { el, fill, newId, onChange, setText, show } from '../kit/dom';
import { fileName, formatCount, formatPercent, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import { rowAfterKey, virtualRows } from '../kit/virtualRows';
import { outcomeMark } from '../predictions/predictionColumns';
import type { Answer, AnsweredRow, Contender } from './answers';
import type { CompareContext, ComparePart } from './comparison';
import { contains, disagreements, passes } from './disagreement';
import { letterBox, nameOf } from './names';

const HEAD_HEIGHT = 32;
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
  let active = 0;
  const prefix = newId('disagreement');

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
  const head = el('div', { class: 'table-head table-row', role: 'row', 'aria-rowindex': 1 });
  const scroller = el('div', {
    class: 'table',
    role: 'grid',
    tabindex: 0,
    'aria-label': t('Rows where the answers differ. Arrow keys move, Enter opens the row in its file.'),
    on: { keydown: (event) => onKey(event as KeyboardEvent), click: onClick },
  });
  const rows = virtualRows(scroller, HEAD_HEIGHT, renderRow);
  scroller.append(el('div', { role: 'rowgroup', class: 'table-head-group' }, head), rows.element);
  const nothing = el('p', { class: 'empty' });
  const element = el(
    'section',
    { class: 'card disagreements', 'aria-label': t('Rows where the answers differ') },
    el('header', { class: 'card-head' }, el('h2', {}, t('Rows where the answers differ'))),
    tools,
    scroller,
    nothing,
  );

  function renderRow(index: number): HTMLElement {
    const one = selected[index]!;
    const cell = (name: string, ...content: (string | HTMLElement)[]) =>
      el('span', { class: `cell cell-${name}`, role: 'gridcell' }, ...content);
    return el(
      'div',
      {
        class: 'table-row',
        role: 'row',
        id: `${prefix}-${index}`,
        'aria-rowindex': index + 2,
        'aria-selected': index === active ? 'true' : 'false',
        'data-index': index,
        title: t('Open row {0} of {1}', one.row, fileName(one.file)),
      },
      cell('row', formatCount(one.row)),
      cell('text', one.text.slice(0, LONGEST)),
      cell('expected', one.expected.slice(0, LONGEST)),
      ...one.answers.map((answer, at) => cell('answer', ...answerContent(answer, contenders[at]!))),
    );
  }

  function renderHead(): void {
    const title = (name: string, ...content: (string | HTMLElement)[]) =>
      el('span', { class: `cell cell-${name}`, role: 'columnheader' }, ...content);
    fill(
      head,
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

  function setActive(index: number): void {
    active = index;
    rows.scrollTo(active);
    rows.redraw();
    nameActive();
  }

  function nameActive(): void {
    if (selected[active]) scroller.setAttribute('aria-activedescendant', `${prefix}-${active}`);
    else scroller.removeAttribute('aria-activedescendant');
  }

  function openActive(): void {
    const one = selected[active];
    if (one) context.send({ type: 'openRow', file: one.file, line: one.line });
  }

  function onKey(event: KeyboardEvent): void {
    if (event.target !== scroller) return;
    const target = rowAfterKey(event.key, active, selected.length, rows.pageSize());
    if (target !== undefined) setActive(target);
    else if (event.key === 'Enter') openActive();
    else return;
    event.preventDefault();
  }

  function onClick(event: Event): void {
    const index = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index;
    if (index === undefined) return;
    setActive(Number(index));
    openActive();
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
        scroller.style.setProperty('--columns', columnsFor(contenders));
        scroller.style.setProperty('--least', `${300 + 110 * contenders.length}px`);
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
      active = 0;
      scroller.setAttribute('aria-rowcount', String(selected.length + 1));
      rows.setCount(selected.length, true);
      nameActive();
      setText(
        count,
        selected.length === pool.length
          ? formatRows(pool.length)
          : t('{0} of {1}', formatCount(selected.length), formatRows(pool.length)),
      );
      show(scroller, selected.length > 0);
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
