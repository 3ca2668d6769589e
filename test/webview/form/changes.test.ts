import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { changeTask } from '../../../src/extension/form/taskEdits';
import type { TaskChange } from '../../../src/protocol/form';
import { taskFileSchema } from '../../../src/protocol/taskFile';
import {
  addMessage,
  chooseColumn,
  chooseData,
  chooseForm,
  chooseKind,
  dataName,
  readMessages,
  readTarget,
  removeMessage,
  setField,
  setInTarget,
  type TaskValue,
  withChanges,
} from '../../../src/webview/form/changes';

type Gesture = (task: TaskValue) => TaskChange[];

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const file = fc.constantFrom('a.csv', 'b.csv', 'c d.jsonl');
const word = fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' });

function gestures<T>(values: fc.Arbitrary<T>, make: (task: TaskValue, value: T) => TaskChange[]) {
  return values.map(
    (value): Gesture =>
      (task) =>
        make(task, value),
  );
}

const number = maybe(fc.integer({ min: 16, max: 99 }));
const setting = fc.constantFrom('steps', 'epochs', 'batchRows', 'batchTokens', 'seed');
const nothing = fc.constant(undefined);

/** Everything that can be done in the form. */
const gesture: fc.Arbitrary<Gesture> = fc.oneof(
  gestures(file, (task, name) => chooseData(task, 'train', name)),
  gestures(maybe(file), (task, name) => chooseData(task, 'test', name)),
  gestures(maybe(file), (task, name) => chooseData(task, 'validation', name)),
  gestures(maybe(fc.constantFrom('label', 'topic')), chooseColumn),
  gestures(fc.constantFrom('auto', 'label', 'text'), (task, kind) => chooseKind(task, kind, 'label')),
  gestures(fc.tuple(fc.constantFrom('a', 'b'), maybe(word)), (task, [label, text]) =>
    setInTarget(task, 'label', 'label', ['words', label], text),
  ),
  gestures(number, (task, most) => setInTarget(task, 'text', 'label', ['maxTokens'], most)),
  gestures(fc.tuple(setting, number), (task, [name, value]) => setField(task, ['training', name], value)),
  gestures(maybe(fc.constantFrom(0.1, 0.2)), (task, part) => setField(task, ['data', 'split', 'test'], part)),
  gestures(maybe(fc.constant({ from: 'labels' })), (task, init) => setField(task, ['method', 'init'], init)),
  gestures(word, (task, text) => chooseForm(task, 'messages', text)),
  gestures(nothing, (task) => chooseForm(task, 'template', '')),
  gestures(nothing, (task) => addMessage(readMessages(task) ?? [{ role: 'user', content: '' }])),
  gestures(nothing, (task) => ((readMessages(task)?.length ?? 0) > 1 ? removeMessage(0) : [])),
);

describe('what is done in the form', () => {
  it('is written so that the file says what the page shows, and stays a task', () => {
    const before = '{\n  // base\n  "model": "m",\n  "data": "a.csv" /* mail */,\n  "target": "label"\n}\n';
    fc.assert(
      fc.property(fc.array(gesture, { maxLength: 15 }), (done) => {
        let text = before;
        let task = parse(before) as TaskValue;
        for (const make of done) {
          const changes = make(task);
          text = changeTask(text, changes);
          task = withChanges(task, changes);
          expect(parse(text)).toEqual(task);
        }
        expect(taskFileSchema.safeParse(parse(text)).error?.issues ?? []).toEqual([]);
        expect(text.includes('// base') && text.includes('/* mail */')).toBe(true);
        const { training = {} } = task as { training?: Record<string, number> };
        expect('steps' in training && 'epochs' in training).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps short forms as long as they say it all', () => {
    const task = { model: 'm', data: 'a.csv', target: 'label' };
    expect(chooseData(task, 'train', 'b.csv')).toEqual([{ path: ['data'], value: 'b.csv' }]);
    expect(chooseColumn(task, 'topic')).toEqual([{ path: ['target'], value: 'topic' }]);
    expect(chooseKind(task, 'text', 'label')).toEqual([
      { path: ['target'], value: { column: 'label', kind: 'text' } },
    ]);
  });

  it('lets go of the label words of another column', () => {
    const target = { column: 'label', kind: 'label', words: { a: 'x' } };
    const next = withChanges({ target }, chooseColumn({ target }, 'topic'));
    expect(readTarget(next)).toEqual({ column: 'topic', kind: 'label', words: {} });
    expect(dataName({ data: { train: 'a', test: 3 } }, 'test')).toBeUndefined();
  });
});
