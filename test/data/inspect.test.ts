import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summariseColumn } from '../../src/engine/data/columns';
import { inspectDataset } from '../../src/engine/data/inspect';
import { suggestTask } from '../../src/engine/data/suggest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-inspect-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function inspect(text: string) {
  const file = join(folder, 'data.csv');
  await writeFile(file, text);
  return inspectDataset(file);
}

const sentences = (count: number) =>
  Array.from({ length: count }, (_, i) => `This is sentence number ${i}, I think.`);

describe('columns', () => {
  it('tells classes, texts, numbers and empty columns apart', () => {
    const kind = (cells: string[]) => summariseColumn('x', cells).kind;
    expect(kind(['yes', 'no', 'yes', ' no '])).toBe('class');
    expect(kind(['0', '1', '1', '0'])).toBe('class');
    expect(kind(Array.from({ length: 100 }, (_, i) => String(i % 30)))).toBe('number');
    expect(kind(['1.5', '2', '-3e2', '7'])).toBe('number');
    expect(kind(sentences(10))).toBe('text');
    expect(kind([...sentences(1), ...sentences(1), ...sentences(1)])).toBe('class');
    expect(kind(Array.from({ length: 10 }, () => 'long '.repeat(30)))).toBe('text');
    expect(kind(Array.from({ length: 1000 }, (_, i) => `w${i % 300}`))).toBe('text');
    expect(kind(['', ' '])).toBe('empty');
  });

  it('counts classes, most frequent first', () => {
    expect(summariseColumn('x', ['b', 'a', 'b', '', 'a ', 'b'])).toEqual({
      name: 'x',
      kind: 'class',
      distinct: 2,
      missing: 1,
      meanLength: 1,
      classes: [
        { value: 'b', count: 3 },
        { value: 'a', count: 2 },
      ],
      examples: ['b', 'a'],
    });
  });
});

describe('suggested task', () => {
  const column = (name: string, kind: 'class' | 'text' | 'number' | 'empty') => ({
    name,
    kind,
    distinct: 3,
    missing: 0,
    meanLength: 5,
    examples: [],
  });

  it.each([
    [[column('text', 'text'), column('label', 'class')], 'label', '{text}\nLabel:'],
    [
      [column('id', 'number'), column('card_type', 'class'), column('text', 'text')],
      'card_type',
      '{text}\nCard type:',
    ],
    [[column('lang', 'class'), column('text', 'text'), column('mood', 'class')], 'mood', '{text}\nMood:'],
    [
      [column('question', 'text'), column('context', 'text'), column('answer', 'text')],
      'answer',
      'question: {question}\ncontext: {context}\nAnswer:',
    ],
    [[column('en', 'text'), column('de', 'text')], 'de', 'English: {en}\nGerman:'],
    [
      [column('text', 'text'), column('label', 'class'), column('label_text', 'class')],
      'label',
      '{text}\nLabel:',
    ],
    [[column('word', 'class'), column('label', 'class')], 'label', '{word}\nLabel:'],
  ])('takes the column that looks like the answer (%#)', (columns, target, template) => {
    expect(suggestTask(columns)).toEqual({ target, template });
  });

  it('suggests nothing where there is nothing to predict or to read', () => {
    expect(suggestTask([column('text', 'text')])).toBeUndefined();
    expect(suggestTask([column('label', 'class')])).toBeUndefined();
    expect(suggestTask([])).toBeUndefined();
  });
});

describe('inspectDataset', () => {
  it('says what deserves a look, with lines', async () => {
    const [first, second, third, fourth] = sentences(4);
    const rows = [
      'text,label',
      `"${first}",good`,
      `"${first}",good`,
      `"${second}",bad`,
      `"${second}",good`,
      `"${third}",`,
      ',bad',
      `"${fourth}",Bad`,
      'broken',
    ];
    const summary = await inspect(rows.join('\n'));
    expect(summary.rows).toBe(7);
    expect(summary.suggested).toEqual({ target: 'label', template: '{text}\nLabel:' });
    const found = summary.problems.map(({ kind, place }) => [kind, place.line]);
    expect(found).toEqual([
      ['bad-row', 9],
      ['duplicate', 3],
      ['contradiction', 5],
      ['missing-label', 6],
      ['empty-text', 7],
      ['rare-class', undefined],
      ['similar-labels', undefined],
    ]);
  });

  it('counts the rows of a rare class beside those of the most frequent one', async () => {
    const many = (count: number, label: string) =>
      Array.from({ length: count }, (_, i) => `text ${label} ${i},${label}`);
    const { problems } = await inspect(
      `text,label\n${[...many(9, 'often'), ...many(2, 'rare'), ...many(1, 'once')].join('\n')}\n`,
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'The class "rare" has 2 rows, "often" has 9.',
      'The class "once" has 1 row, "often" has 9.',
    ]);
    const few = await inspect(`text,label\n${[...many(2, 'a'), ...many(1, 'b')].join('\n')}\n`);
    expect(few.problems.map(({ message }) => message)).toEqual([
      'No class has more than 4 rows: that is too little to learn from.',
    ]);
  });

  it('says when all rows have the same label', async () => {
    const { problems, suggested } = await inspect(
      `text,label\n${sentences(9)
        .map((text) => `"${text}",spam`)
        .join('\n')}\n`,
    );
    expect(suggested).toBeUndefined();
    expect(problems.map(({ kind, message }) => [kind, message])).toEqual([
      ['one-class', 'All rows have the same "label": "spam".'],
    ]);
  });

  it('says when the first line was taken for names and looks like a row', async () => {
    const rows = sentences(20).map((text, i) => `"${text}",${i % 2 ? 'pos' : 'neg'}`);
    const { problems } = await inspect(rows.join('\n'));
    expect(problems.map(({ kind, place }) => [kind, place.line])).toEqual([['missing-header', 1]]);
    expect((await inspect(['text,label', ...rows].join('\n'))).problems).toEqual([]);
    expect((await inspect(['text,neg', ...rows].join('\n'))).problems).toEqual([]);
    const numbers = sentences(20).map((_, i) => `word${i},${i % 2}`);
    expect((await inspect(numbers.join('\n'))).problems.map(({ kind }) => kind)).toEqual(['missing-header']);
  });

  it('lists a hundred problems of a kind and counts the others', async () => {
    const rows = Array.from({ length: 250 }, () => 'a,b,c');
    const { problems } = await inspect(`text,label\nx,y\n${rows.join('\n')}\n`);
    const bad = problems.filter(({ kind }) => kind === 'bad-row');
    expect(bad).toHaveLength(101);
    expect(bad.at(-1)!.message).toBe('And 150 more of this kind.');
  });
});
