import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/engine/data/readDataset';
import { checkTask } from '../../src/engine/task/checkTask';
import { supportCsv, workspace } from './workspace';

/** `line:column severity message hint` of each problem; the file only where it is not the task file. */
async function check(task: object | string, files: Record<string, string>): Promise<string[]> {
  const text = typeof task === 'string' ? task : JSON.stringify(task, null, 2);
  const folder = await workspace(files);
  const file = join(folder, 'a.softprompt.json');
  return (await checkTask(file, text)).problems.map(({ severity, message, place, hint }) => {
    const other = place.file === file ? '' : `${place.file!.slice(folder.length + 1)}:`;
    return `${other}${place.line}:${place.column ?? ''} ${severity} ${message}${hint ? ` ${hint}` : ''}`;
  });
}

const minimal = { model: 'm', data: 'data.csv' };
const data = { 'data.csv': supportCsv(40) };

describe('checkTask', () => {
  it('is silent about a good task', async () => {
    expect(await check(minimal, data)).toEqual([]);
  });

  it('reports syntax and schema first', async () => {
    expect(await check('{"model": 3}', data)).toEqual([
      '1:11 error "model" must be a text in quotes.',
      '1:1 error "data" is missing.',
    ]);
  });

  it('finds a dataset that is not there, or empty, at its name in the task', async () => {
    expect(await check(minimal, {})).toEqual(['3:11 error data.csv: There is no such file.']);
    expect(await check(minimal, { 'data.csv': '' })).toEqual([
      expect.stringMatching(/^3:11 error data\.csv: The file is empty\. One example is one row/),
    ]);
    const withTest = { model: 'm', data: { train: 'data.csv', test: 'test.csv' } };
    expect(await check(withTest, data)).toEqual(['5:13 error test.csv: There is no such file.']);
    expect(await check(withTest, { ...data, 'test.csv': 'text,class\na,b\n' })).toEqual([
      '5:13 error "test.csv" has no column "label". There is: text, class.',
    ]);
  });

  it('finds every hole without column, where it stands', async () => {
    expect(await check({ ...minimal, template: 'é"\n{txt} {text}\n{body}' }, data)).toEqual([
      '4:21 error The dataset has no column "txt". Did you mean "text"?',
      '4:35 error The dataset has no column "body". There is: text, label.',
    ]);
    expect(await check({ ...minimal, template: 'a {text' }, data)).toEqual([
      '4:18 error There is a single { in the template. Write {column} for a hole, and {{ for a brace.',
    ]);
  });

  it('finds the same in messages, in the message that has it', async () => {
    const asked = (content: string) => ({ ...minimal, messages: [{ role: 'user', content }] });
    expect(await check(asked('{text}'), data)).toEqual([]);
    expect(await check(asked('{txt}?'), data)).toEqual([
      '7:19 error The dataset has no column "txt". Did you mean "text"?',
    ]);
    expect(await check(asked('a {text'), data)).toEqual([
      '7:21 error There is a single { in the template. Write {column} for a hole, and {{ for a brace.',
    ]);
    expect(await check(asked('{text} {label}'), data)).toEqual([
      '7:26 error The messages show the answer: "label" is the column to predict. Leave {label} out of the messages.',
    ]);
  });

  it('finds a target that is no column', async () => {
    expect(await check({ ...minimal, target: 'labels' }, data)).toEqual([
      '4:13 error The dataset has no column "labels". Did you mean "label"?',
    ]);
  });

  it('finds labels without word, words without label, and words used twice', async () => {
    const target = { column: 'label', kind: 'label', words: { billing: 'x', delivry: 'x' } };
    const found = await check({ ...minimal, target }, data);
    const rows = found.filter((problem) => problem.startsWith('data.csv'));
    expect(rows).toHaveLength(20);
    expect(rows[0]).toBe(
      'data.csv:3: warning The task has no label word for the class "delivery". Did you mean "delivry"?',
    );
    expect(found.filter((problem) => !rows.includes(problem))).toEqual([
      '7:5 error The class "delivery" has no label word. Give every class a word, or leave "words" out to have them chosen.',
      '9:18 error The classes "billing" and "delivry" have the same word "x". Give each class a word of its own.',
      '9:7 warning No row has the class "delivry". Did you mean "delivery"?',
    ]);
  });

  it('points at rows of the dataset', async () => {
    expect(await check(minimal, { 'data.csv': `${supportCsv(40)}no label,\n` })).toEqual([
      'data.csv:42: warning "label" is empty. The row is left out.',
    ]);
  });

  it('says what was most likely meant, for quick fixes', async () => {
    const meant = async (task: object) => {
      const file = join(await workspace(data), 'a.softprompt.json');
      const { problems } = await checkTask(file, JSON.stringify({ ...minimal, ...task }), {
        cacheFolder: '/nowhere',
      });
      return problems.map(({ kind, suggestion }) => [kind, suggestion]);
    };
    expect(await meant({ template: '{txt}', model: 'smollm2-135m-instruct' })).toEqual([
      ['missing-column', 'text'],
      ['model-to-pull', undefined],
    ]);
    expect(await meant({ target: 'labels', model: 'smollm2-135-instruct' })).toEqual([
      ['task-invalid', 'label'],
      ['model-missing', 'smollm2-135m-instruct'],
    ]);
  });

  it('takes datasets from whoever has them open', async () => {
    const folder = await workspace(data);
    const opened: string[] = [];
    // Not there: only who has it open can know it.
    const open = await readDataset(join(folder, 'data.csv'));
    await rm(join(folder, 'data.csv'));
    const check = { ...minimal, template: '{text}' };
    const { rows } = await checkTask(join(folder, 'a.softprompt.json'), JSON.stringify(check), {
      read: async (file) => {
        opened.push(basename(file));
        return open;
      },
    });
    expect(rows).toEqual({ train: 28, validation: 4, test: 8 });
    expect(new Set(opened)).toEqual(new Set(['data.csv']));
  });

  it('hands on the task with its defaults, and its rows', async () => {
    const file = join(await workspace(data), 'a.softprompt.json');
    const { task, rows } = await checkTask(file, JSON.stringify(minimal));
    expect(task).toMatchObject({ method: { virtualTokens: 20 }, target: { column: 'label' } });
    expect(rows).toEqual({ train: 28, validation: 4, test: 8 });
  });
});
