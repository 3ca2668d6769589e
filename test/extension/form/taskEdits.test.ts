import fc from 'fast-check';
import { parse, parseTree } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { difference } from '../../../src/extension/changeText';
import { changeTask } from '../../../src/extension/form/taskEdits';
import type { TaskChange, TaskPath } from '../../../src/protocol/form';

const TASK = `// The support mailbox.
{
  "model": "m", // small
  "data": { "train": "a.csv", "test": "b.csv" },
  /* as people write it */
  "template": "Mail: {text}",
  "training": {
    "steps": 50, // a quick try
    // warm
    "warmup": 0.1
  }
}
`;

describe('changeTask', () => {
  it('replaces a value and nothing else', () => {
    expect(changeTask(TASK, [{ path: ['training', 'steps'], value: 80 }])).toBe(TASK.replace('50', '80'));
    expect(changeTask(TASK, [{ path: ['model'], value: 'm' }])).toBe(TASK);
  });

  it('puts new values behind the last, beside its comment', () => {
    const text = changeTask(TASK, [{ path: ['training', 'seed'], value: 3 }]);
    expect(text).toBe(TASK.replace('"warmup": 0.1\n', '"warmup": 0.1,\n    "seed": 3\n'));
    const commented = '{\n  "model": "m" // small\n}\n';
    expect(changeTask(commented, [{ path: ['limit'], value: 64 }])).toBe(
      '{\n  "model": "m", // small\n  "limit": 64\n}\n',
    );
    expect(changeTask(TASK, [{ path: ['data', 'validation'], value: 'c.csv' }])).toContain(
      '{ "train": "a.csv", "test": "b.csv", "validation": "c.csv" }',
    );
  });

  it('makes what stands around a new value', () => {
    expect(changeTask('{\r\n\t"model": "m"\r\n}', [{ path: ['method', 'virtualTokens'], value: 8 }])).toBe(
      '{\r\n\t"model": "m",\r\n\t"method": {\r\n\t\t"virtualTokens": 8\r\n\t}\r\n}',
    );
    expect(changeTask('', [{ path: ['model'], value: 'm' }])).toBe('{\n  "model": "m"\n}\n');
    expect(changeTask('{}', [{ path: ['model'], value: 'm' }])).toBe('{\n  "model": "m"\n}');
    expect(changeTask('{ // new\n}', [{ path: ['model'], value: 'm' }])).toBe('{ // new\n  "model": "m"\n}');
  });

  it('takes a value away with its line and comma, and what is empty then', () => {
    expect(changeTask(TASK, [{ path: ['template'] }])).toBe(
      TASK.replace('  "template": "Mail: {text}",\n', ''),
    );
    expect(changeTask(TASK, [{ path: ['data', 'test'] }])).toContain('{ "train": "a.csv" },');
    expect(changeTask(TASK, [{ path: ['data', 'train'] }])).toContain('{ "test": "b.csv" },');
    const short = '{\n  "model": "m",\n  "method": { "virtualTokens": 8 }\n}\n';
    expect(changeTask(short, [{ path: ['method', 'virtualTokens'] }])).toBe('{\n  "model": "m"\n}\n');
  });

  it('keeps the comments beside what it takes away', () => {
    const text = changeTask(TASK, [{ path: ['training', 'steps'] }, { path: ['training', 'warmup'] }]);
    expect(parse(text)).toMatchObject({ training: {} });
    expect(comments(text)).toEqual(comments(TASK));
  });

  it('after any changes says what was asked for, with all comments and in the same order', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), (changes, eol) => {
        const before = TASK.replaceAll('\n', eol);
        const after = changeTask(before, changes);
        const expected = parse(before) as Record<string, unknown>;
        for (const one of changes) apply(expected, one);
        const errors: never[] = [];
        expect(parse(after, errors as never, { allowTrailingComma: false })).toEqual(expected);
        expect(errors).toEqual([]);
        expect(comments(after)).toEqual(comments(before));
        expect(keys(after)).toEqual(Object.keys(expected));
        const edit = difference(before, after);
        if (edit) {
          const { offset, length, text } = edit;
          expect(before.slice(0, offset) + text + before.slice(offset + length)).toBe(after);
        } else expect(after).toBe(before);
      }),
      { numRuns: 400 },
    );
  });
});

const number = fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined });
const word = fc.option(fc.string({ maxLength: 12, unit: 'grapheme' }), { nil: undefined });
const at = (path: TaskPath, value: fc.Arbitrary<unknown>) =>
  value.map((one): TaskChange => ({ path, value: one }));
const change = fc.oneof(
  at(['template'], word),
  at(['data', 'test'], word),
  at(['data', 'validation'], word),
  at(['data', 'split', 'test'], number),
  at(['limit'], number),
  at(['method', 'virtualTokens'], number),
  at(['method', 'init'], fc.option(fc.constant({ from: 'text', text: 'x' }), { nil: undefined })),
  at(['training', 'steps'], number),
  at(['training', 'warmup'], number),
  at(['training', 'seed'], number),
  at(['target', 'words', 'a "b"'], word),
);

/** The same change of a plain value; what is empty without its last value goes, unless a comment stands in it. */
function apply(value: Record<string, unknown>, { path, value: wanted }: TaskChange): void {
  const [key, ...rest] = path as string[];
  if (rest.length === 0) {
    if (wanted === undefined) delete value[key!];
    else value[key!] = wanted;
    return;
  }
  if (value[key!] === undefined && wanted === undefined) return;
  value[key!] ??= {};
  const inner = value[key!] as Record<string, unknown>;
  const had = Object.keys(inner).length;
  apply(inner, { path: rest, value: wanted });
  const isEmpty = Object.keys(inner).length === 0 && had > 0;
  if (isEmpty && key !== 'training') delete value[key!];
}

function comments(text: string): string[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"|(\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)/g)].flatMap(
    ([, found]) => found ?? [],
  );
}

function keys(text: string): unknown[] {
  return (parseTree(text)?.children ?? []).map(({ children }) => children?.[0]?.value);
}
