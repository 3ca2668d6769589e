import { describe, expect, it } from 'vitest';
import { isDatasetFile, isTaskFile, startsLikeRows, taskName } from '../../../src/extension/files';
import { taskEntry } from '../../../src/extension/taskFile/taskEntry';

describe('taskEntry', () => {
  it('reads model and dataset files, comments and all', () => {
    const text = '{ // mine\n "model": "m", "data": { "train": "a.csv", "test": "../b.csv" }, }';
    expect(taskEntry('/w/x/mood.softprompt.json', text)).toEqual({
      file: '/w/x/mood.softprompt.json',
      name: 'mood',
      model: 'm',
      data: ['/w/x/a.csv', '/w/b.csv'],
    });
  });

  it('takes one dataset file as well as several', () => {
    expect(taskEntry('/w/t.softprompt.json', '{"model":"m","data":"rows.csv"}').data).toEqual([
      '/w/rows.csv',
    ]);
  });

  it.each(['', '{', '[]', '{"data": 3, "model": {}}', '{"data": {"train": 1}}'])(
    'lists a task whose text makes no sense yet: %s',
    (text) => expect(taskEntry('/w/t.softprompt.json', text)).toMatchObject({ name: 't', data: [] }),
  );
});

describe('file names', () => {
  it('tells tasks, datasets and the files of runs apart', () => {
    expect(isTaskFile('/w/support.softprompt.json')).toBe(true);
    expect(isTaskFile('/w/.softprompt.json')).toBe(false);
    expect(taskName('/w/support.softprompt.json')).toBe('support');
    expect(isDatasetFile('/w/Rows.CSV')).toBe(true);
    expect(isDatasetFile('/w/support.softprompt.json')).toBe(false);
    expect(isDatasetFile('/w/.softprompt/runs/support-1/predictions.jsonl')).toBe(false);
    expect(isDatasetFile('C:\\w\\.softprompt\\runs\\s\\metrics.jsonl')).toBe(false);
  });

  it('takes a JSON file for a dataset only where it begins an array of objects', () => {
    expect(startsLikeRows('/w/a.json', '[')).toBe(true);
    expect(startsLikeRows('/w/a.json', '  [ {"text": "x"}')).toBe(true);
    expect(startsLikeRows('/w/package.json', '{')).toBe(false);
    expect(startsLikeRows('/w/a.json', '[1, 2]')).toBe(false);
    expect(startsLikeRows('/w/a.csv', 'text,label')).toBe(true);
  });
});
