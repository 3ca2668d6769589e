import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate, renderTemplate, TemplateError } from '../../src/engine/prompt/template';
import { renderAnswer } from '../../src/engine/prompt/wording';

describe('template', () => {
  it('has holes, braces and text', () => {
    const template = parseTemplate('Review {{1}}: {text}\n{ title }{text}\nSentiment:');
    expect(template.columns).toEqual(['text', 'title']);
    expect(renderTemplate(template, { text: '{x} $& ok', title: 'T' })).toBe(
      'Review {1}: {x} $& ok\nT{x} $& ok\nSentiment:',
    );
  });

  it('leaves the space before the answer to the answer', () => {
    const spaced = parseTemplate('{text}\nLabel:  ');
    expect(renderTemplate(spaced, { text: 'a' })).toBe('a\nLabel:');
    expect(renderAnswer(spaced, ' good ')).toBe(' good');
    const lineEnd = parseTemplate('{text}\nLabel:\n');
    expect(renderTemplate(lineEnd, { text: 'a' })).toBe('a\nLabel:\n');
    expect(renderAnswer(lineEnd, 'good')).toBe('good');
    expect(renderTemplate(parseTemplate('{text}'), { text: 'a ' })).toBe('a');
  });

  it.each([
    ['a {b', 2],
    ['a } b', 2],
    ['{a{b}', 0],
    ['x {} y', 2],
    ['{{a}', 3],
  ])('says where %s is wrong', (source, offset) => {
    try {
      parseTemplate(source);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TemplateError);
      expect((error as TemplateError).offset).toBe(offset);
    }
  });

  it('renders what was written, whatever the text and the values', () => {
    const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z_ .\d]{0,6}[a-z]$/);
    const part = fc.oneof(
      fc.record({ text: fc.string({ unit: 'grapheme' }) }),
      fc.record({ name, value: fc.string({ unit: 'grapheme' }) }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const values: Record<string, string> = {};
        for (const part of parts) if ('name' in part) values[part.name] ??= part.value;
        const source = parts
          .map((part) => ('name' in part ? `{${part.name}}` : part.text.replace(/[{}]/g, '$&$&')))
          .join('');
        const expected = parts.map((part) => ('name' in part ? values[part.name] : part.text)).join('');
        const template = parseTemplate(source);
        expect(renderTemplate(template, values)).toBe(expected.replace(/[ \t]+$/, ''));
        expect(new Set(template.columns)).toEqual(new Set(Object.keys(values)));
      }),
    );
  });
});
