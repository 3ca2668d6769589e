import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTask } from '../../src/engine/task/checkTask';
import { draftTask } from '../../src/engine/task/draftTask';
import { supportCsv, workspace } from './workspace';

describe('draftTask', () => {
  it('writes only what is not default, under a free name, and the draft is a good task', async () => {
    const folder = await workspace({ 'tickets.csv': supportCsv(40) });
    const { file, text } = await draftTask(join(folder, 'tickets.csv'));
    expect(file).toBe(join(folder, 'tickets.softprompt.json'));
    expect(text).toBe(`{
  "model": "smollm2-135m-instruct",
  "data": "tickets.csv",
  "template": "{text}\\nLabel:",
  "target": "label"
}
`);
    expect((await checkTask(file, text)).problems).toEqual([]);
    await writeFile(file, text);
    const second = await draftTask(join(folder, 'tickets.csv'), { model: './m.gguf' });
    expect(second.file).toBe(join(folder, 'tickets-2.softprompt.json'));
    expect(JSON.parse(second.text).model).toBe('./m.gguf');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it.each(['train.csv', 'test.csv'])('takes files that belong together (%s)', async (name) => {
    const folder = await workspace({
      'support/train.csv': supportCsv(40),
      'support/dev.csv': supportCsv(8, undefined, 'Dev'),
      'support/test.csv': supportCsv(8, undefined, 'Test'),
      'support/test.jsonl': '{}',
    });
    const { file, text } = await draftTask(join(folder, 'support', name));
    expect(file).toBe(join(folder, 'support/support.softprompt.json'));
    expect(JSON.parse(text).data).toEqual({ train: 'train.csv', validation: 'dev.csv', test: 'test.csv' });
    expect((await checkTask(file, text)).problems).toEqual([]);
  });

  it('says when nothing can be predicted', async () => {
    const folder = await workspace({ 'a.csv': 'id,text\n1,some words\n2,other words\n3,more words\n' });
    await expect(draftTask(join(folder, 'a.csv'))).rejects.toThrow('not clear what could be predicted');
    const rows = Array.from({ length: 9 }, (_, i) => `these are the words of row ${i},spam`);
    const alike = await workspace({ 'a.csv': `text,label\n${rows.join('\n')}\n` });
    await expect(draftTask(join(alike, 'a.csv'))).rejects.toMatchObject({
      details: { hint: 'All rows have the same "label": add rows of other classes.' },
    });
  });
});
