import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { examplesBefore } from '../../src/engine/evaluation/fewShotExamples';
import { TaskReader } from '../../src/engine/evaluation/taskReader';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import { maskedWording } from '../../src/engine/prompt/maskedWording';
import { parseTemplate } from '../../src/engine/prompt/template';
import type { ResolvedTask } from '../../src/protocol/taskFile';

let bert: Tokenizer;
let roberta: Tokenizer;
beforeAll(async () => {
  const models = join(__dirname, '../oracle/fixtures/models');
  bert = await tokenizerFromFolder(join(models, 'bert'), 'masked');
  roberta = await tokenizerFromFolder(join(models, 'roberta'), 'masked');
});

describe('a template for a masked language model', () => {
  it.each([
    ['{text} It was {mask}.', 'good It was [MASK].', ' '],
    ['{mask}: {text}', '[MASK]: good', ''],
    ['({mask}) {text}', '([MASK]) good', ''],
    ['{text} = {text}{mask}', 'good = good[MASK]', ''],
    ['{text}\nLabel:', 'good\nLabel: [MASK]', ' '],
    ['{text}\nLabel:\n', 'good\nLabel:\n[MASK]', ''],
  ])('%j', (template, text, separator) => {
    const wording = maskedWording(parseTemplate(template), bert);
    const filled = wording.holes.map(() => 'good');
    expect(wording.render(filled)).toBe(text);
    expect(wording.answered(filled, ' right ')).toBe(text.replace('[MASK]', 'right'));
    expect(wording.separator).toBe(separator);
  });

  it('has each model’s own mask', () => {
    expect(maskedWording(parseTemplate('{mask} {text}'), roberta).render(['x'])).toBe('<mask> x');
  });

  it('needs a model that names its mask', () => {
    expect(() => maskedWording(parseTemplate('{text}'), { ...bert, mask: undefined })).toThrow(/its mask/);
  });
});

describe('rows of a masked language model', () => {
  const row = (text: string, target: string, number: number) => ({
    row: number,
    line: number,
    file: 'a.csv',
    values: { text },
    target,
  });
  const rows = [row('a [MASK] b', 'good', 1), row('c d', 'bad', 2)];
  const task = {
    template: '{text} is {mask} .',
    limit: 60,
    target: { kind: 'label', column: 'label', score: 'first-token' },
    method: { placement: 'before' },
  } as ResolvedTask;

  it('are framed, and answered at the one mask that the template has', () => {
    const reader = new TaskReader({ task, labels: ['bad', 'good'], train: rows }, bert);
    const { tokens } = reader.read(rows[0]!);
    expect([tokens[0], tokens.at(-1)]).toEqual([bert.before[0], bert.after[0]]);
    expect([...tokens].filter((id) => id === bert.mask)).toHaveLength(1);
    const { position } = reader.place(tokens);
    expect(tokens[position]).toBe(bert.mask);
    expect(bert.decode([...tokens.subarray(1, position)])).toMatch(/mask.* is$/i);
  });

  it('stand among examples with their answers, under one beginning', () => {
    const reader = new TaskReader({ task, labels: ['bad', 'good'], train: rows }, bert);
    const { shared, tokens } = examplesBefore(rows, reader, bert);
    expect(shared[0]).toBe(bert.before[0]);
    expect(shared).not.toContain(bert.mask);
    expect(shared).not.toContain(bert.after[0]);
    expect(bert.decode([...shared])).toMatch(/is good\. c d is bad\./);
    expect([...tokens(reader.read(rows[1]!))]).toEqual([...reader.read(rows[1]!).tokens.subarray(1)]);
  });
});
