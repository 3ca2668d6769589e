import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTask, readTask } from '../../src/engine/task/readTask';
import { formatReport, reportError } from '../../src/protocol/errors';
import { workspace } from './workspace';

/** `line:column message hint` of each problem. */
function problemsOf(text: string): string[] {
  return parseTask(text, 'a.softprompt.json').problems.map(
    ({ place, message, hint }) => `${place.line}:${place.column} ${message}${hint ? ` ${hint}` : ''}`,
  );
}

describe('parseTask', () => {
  it('takes a file with only model and data, and comments', () => {
    const { task, problems } = parseTask(
      '{\n  // small\n  "model": "m", "data": "d.csv"\n}',
      'a.softprompt.json',
    );
    expect(problems).toEqual([]);
    expect(task).toEqual({ model: 'm', data: 'd.csv' });
  });

  it('says what a file that was just made lacks', () => {
    for (const text of ['', ' \n']) {
      expect(problemsOf(text)).toEqual(['1:1 "model" is missing.', '1:1 "data" is missing.']);
    }
  });

  it.each([
    ['// soon', '1:8 A value is expected here.'],
    ['{"model": "m"\n "data": "d.csv"}', '2:2 A comma is expected here.'],
    ['{"model": "m, "data": "d.csv"}', '1:16 Texts stand in quotes; is one missing here or before?'],
    ['{"model": "m",}', '1:15 A property name in quotes is expected here.'],
    ['[]', '1:1 The task file must be an object in { }.'],
    ['{"model": "m"}', '1:1 "data" is missing.'],
    [
      '{"model": "m", "data": "d", "template": "{a}",\n "messages": [{"role": "user", "content": "{a}"}]}',
      '2:2 Give "template" or "messages", not both.',
    ],
    [
      '{"model": "m", "data": "d",\n "messages": [{"role": "assistant", "content": "{a}"}]}',
      "2:16 The last message must be the user's: the assistant's answer comes after it.",
    ],
    [
      '{"model": "m", "data": "d",\n "messages": [{"role": "usr", "content": "{a}"}]}',
      '2:24 "role" must be "system" or "user" or "assistant".',
    ],
    ['{"model": "m", "data": "d",\n "messages": []}', '2:14 "messages" must not be empty.'],
    [
      `{"model": "m", "data": "d",\n "messages": [${Array(65).fill('{"role": "user", "content": "{a}"}')}]}`,
      '2:14 "messages" must not have more than 64 entries.',
    ],
    ['{"model": 1, "data": "d.csv"}', '1:11 "model" must be a text in quotes.'],
    ['{"model": "", "data": "d.csv"}', '1:11 "model" must not be empty.'],
    [
      '{\r\n  "model": "m",\r\n  "dta": "d.csv",\r\n  "data": "x"\r\n}',
      '3:3 There is no "dta" in a task file. Did you mean "data"?',
    ],
    [
      '{"model": "m", "data": "d",\n "training": {"learning_rate": 1}}',
      '2:15 There is no "learning_rate" in "training". Did you mean "learningRate"?',
    ],
    [
      '{"model": "m", "data": {"train": "a", "tets": "b"}}',
      '1:39 There is no "tets" in "data". Did you mean "test"?',
    ],
    [
      '{"model": "m", "data": "d", "target": {"column": "c", "kind": "lable"}}',
      '1:63 "kind" must be "label" or "text".',
    ],
    ['{"model": "m", "data": "d", "target": {"kind": "label"}}', '1:39 "column" is missing.'],
    [
      '{"model": "m", "data": "d", "target": {"column": "c", "kind": "label", "wrds": {}}}',
      '1:72 There is no "wrds" in "target". Did you mean "words"?',
    ],
    ['{"model": "m", "data": 3}', '1:24 "data" must be a text in quotes.'],
    ['{"model": "m", "data": "d", "limit": 2}', '1:38 "limit" must be at least 8.'],
    ['{"model": "m", "data": "d", "limit": 8.5}', '1:38 "limit" must be a whole number.'],
    [
      '{"model": "m", "data": "d", "training": {"decay": "fast"}}',
      '1:51 "decay" must be "linear" or "cosine" or "none".',
    ],
    [
      '{"model": "m", "data": "d", "training": {"learningRate": 11}}',
      '1:58 "learningRate" must be at most 10.',
    ],
    [
      '{"model": "m", "data": "d", "training": {"steps": 1, "epochs": 1}}',
      '1:54 Give "steps" or "epochs", not both.',
    ],
    [
      '{"model": "m", "data": {"train": "a", "split": {"validation": 0.5, "test": 0.5}}}',
      '1:39 The validation and test parts leave no rows for training.',
    ],
  ])('says what is wrong with %s', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('lists every problem of the schema', () => {
    expect(
      problemsOf('{"model": "",\n "data": "d",\n "limit": "x",\n "method": {"virtualTokens": 0}}'),
    ).toEqual([
      '1:11 "model" must not be empty.',
      '3:11 "limit" must be a number.',
      '4:30 "virtualTokens" must be at least 1.',
    ]);
  });

  it('never throws, and gives a task or a problem with a place', () => {
    const model = fc.record({
      model: fc.jsonValue(),
      data: fc.jsonValue(),
      target: fc.jsonValue(),
      method: fc.jsonValue(),
    });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      model.map((task) => JSON.stringify(task, null, 1)),
    );
    fc.assert(
      fc.property(text, (text) => {
        const { task, problems } = parseTask(text, 'a.softprompt.json');
        expect(task === undefined).toBe(problems.length > 0);
        const lines = text.split('\n').length;
        for (const { place } of problems) {
          expect(place.line).toBeGreaterThanOrEqual(1);
          expect(place.line).toBeLessThanOrEqual(lines + 1);
          expect(place.column).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });
});

describe('readTask', () => {
  it('throws the first problem with its place', async () => {
    const folder = await workspace({ 'a.softprompt.json': '{\n  "modle": "m"\n}' });
    const file = join(folder, 'a.softprompt.json');
    const error = await readTask(file).catch((error: unknown) => error);
    const report = reportError(error);
    expect(report.code).toBe('task-invalid');
    expect(formatReport(report)).toMatch(/a\.softprompt\.json:\d+:\d+: /);
    await expect(readTask(join(folder, 'b.softprompt.json'))).rejects.toThrow('There is no such task file.');
  });
});
