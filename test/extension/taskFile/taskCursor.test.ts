import { describe, expect, it } from 'vitest';
import { taskCursor } from '../../../src/extension/taskFile/taskCursor';

/** What is at the `|` of a text: kind, the text that would be replaced, and whether it is closed. */
function at(marked: string): [string, string, boolean] | undefined {
  const text = marked.replace('|', '');
  const cursor = taskCursor(text, marked.indexOf('|'));
  return cursor && [cursor.kind, text.slice(cursor.start, cursor.end), cursor.closed];
}

describe('taskCursor', () => {
  it('finds the hole around it, closed or not', () => {
    expect(at('{"template": "a {|} b"}')).toEqual(['hole', '', true]);
    expect(at('{"template": "a {te|xt} b"}')).toEqual(['hole', 'text', true]);
    expect(at('{"template": "a {te| b"}')).toEqual(['hole', 'te', false]);
    expect(at('{"template": "a {|"}')).toEqual(['hole', '', false]);
    expect(at('{"template": "{a} {b|} {c}"}')).toEqual(['hole', 'b', true]);
    expect(at('{"template": "{te|{text}"}')).toEqual(['hole', 'te', false]);
    expect(at('{"messages": [{"role": "user", "content": "x\\n{|"}]}')).toEqual(['hole', '', false]);
  });

  it('knows what is no hole', () => {
    expect(at('{"template": "a| {text}"}')).toBeUndefined();
    expect(at('{"template": "{text}|"}')).toBeUndefined();
    expect(at('{"template": "{{text|}}"}')).toBeUndefined();
    expect(at('{"template": "{{|"}')).toBeUndefined();
    expect(at('{"template": "{{{|"}')).toEqual(['hole', '', false]);
    expect(at('{"template": |"{text}"}')).toBeUndefined();
    expect(at('{"template": "{text}"|}')).toBeUndefined();
    expect(at('{"evaluation": {"hardPrompt": "{|"}}')).toBeUndefined();
  });

  it('reads through escapes', () => {
    expect(at('{"template": "say \\"{te|xt}\\""}')).toEqual(['hole', 'text', true]);
    expect(at('{"template": "{a \\"b\\"|}"}')).toEqual(['hole', 'a \\"b\\"', true]);
    expect(taskCursor('{"template": "{a \\"b\\"}"}', 17)?.name).toBe('a "b"');
    expect(at('{"template": "\\\\{te|"}')).toEqual(['hole', 'te', false]);
  });

  it('finds names of columns, models, data files and classes', () => {
    expect(at('{"target": "la|bel"}')).toEqual(['column', 'label', true]);
    expect(at('{"target": {"column": "|"}}')).toEqual(['column', '', true]);
    expect(at('{"target": |}')).toEqual(['column', '', false]);
    expect(at('{"model": "smol|"}')).toEqual(['model', 'smol', true]);
    expect(at('{"data": "a|.csv"}')).toEqual(['data', 'a.csv', true]);
    expect(at('{"data": {"train": "a.csv", "test": "|"}}')).toEqual(['data', '', true]);
    expect(at('{"target": {"words": {"|"}}}')).toEqual(['class', '', true]);
    expect(at('{"target": {"words": {"bil|ling": "b"}}}')).toEqual(['class', 'billing', true]);
    expect(at('{"target": {"words": {"billing": "b|"}}}')).toBeUndefined();
    expect(at('{"limit": 5|0}')).toBeUndefined();
    expect(at('{"mod|el": "m"}')).toBeUndefined();
  });

  it('bears texts that are being typed', () => {
    expect(at('{"template": "{te|')).toEqual(['hole', 'te', false]);
    expect(at('{"model": "|')).toEqual(['model', '', true]);
    expect(at('|')).toBeUndefined();
  });
});
