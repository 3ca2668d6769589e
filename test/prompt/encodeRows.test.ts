import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import { encodeRow, encodeTarget } from '../../src/engine/prompt/encodeRows';
import { parseTemplate, renderTemplate } from '../../src/engine/prompt/template';
import { byteTokenizer, wordTokenizer } from './tokenizers';

let llama: Tokenizer;
beforeAll(async () => {
  llama = await tokenizerFromFolder(join(__dirname, '../oracle/fixtures/tiny-llama-f16'));
});

describe('encodeRow', () => {
  const template = parseTemplate('Title: {title}\nText: {text}\nLabel:');

  it('is the text as a whole where the row fits, with the marker first', () => {
    const values = { title: 'A', text: 'some words' };
    const text = renderTemplate(template, values);
    expect(encodeRow(template, values, llama, 200)).toMatchObject({
      tokens: Int32Array.from(llama.encode(text)),
      cutTokens: 0,
      text,
    });
    const withBegin = encodeRow(template, values, byteTokenizer({ before: [257] }), 200);
    expect([...withBegin.tokens]).toEqual([257, ...Buffer.from(text)]);
  });

  it('puts the markers around the text, and counts them within the limit', () => {
    const marked = byteTokenizer({ before: [257], after: [256, 258] });
    const one = parseTemplate('{text}:');
    expect([...encodeRow(one, { text: 'ab' }, marked, 6).tokens]).toEqual([257, 97, 98, 58, 256, 258]);
    expect([...encodeRow(one, { text: 'ab' }, marked, 5).tokens]).toEqual([257, 97, 58, 256, 258]);
  });

  it('cuts the end of the longest hole, and of the next when that is not enough', () => {
    const words = wordTokenizer();
    const cut = encodeRow(template, { title: 'one two three', text: 'a b c d e f g h' }, words, 14);
    expect(cut.text).toBe('Title: one two three\nText: a b c\nLabel:');
    expect(cut.tokens).toHaveLength(14);
    expect(cut.cutTokens).toBe(5);
    const both = encodeRow(template, { title: 'one two three', text: 'a b c d' }, words, 11);
    expect(both.text).toBe('Title: one two\nText: \nLabel:');
  });

  it('cuts between characters, never inside one', () => {
    const bytes = byteTokenizer();
    const one = parseTemplate('{text}:');
    expect(encodeRow(one, { text: 'ab€€' }, bytes, 7).text).toBe('ab€:');
    expect(encodeRow(one, { text: 'ab€€' }, bytes, 5).text).toBe('ab:');
    expect(encodeRow(one, { text: '🙂🙂' }, bytes, 5).text).toBe('🙂:');
  });

  it('refuses a template whose own words do not fit', () => {
    expect(() => encodeRow(template, { title: 'a', text: 'b' }, byteTokenizer(), 20)).toThrow(
      "The template's own words take 21 tokens, the limit is 20.",
    );
  });

  it('never exceeds the limit, never touches the template, and always is the encoding of its text', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.lorem({ maxCount: 12 }),
      fc.stringMatching(/^[ \n{}:]{0,20}$/),
    );
    const anyTokenizer = fc.constantFrom('llama', 'bytes', 'words');
    fc.assert(
      fc.property(
        value,
        value,
        fc.integer({ min: 30, max: 120 }),
        anyTokenizer,
        (title, text, limit, name) => {
          const tokenizer = name === 'llama' ? llama : name === 'bytes' ? byteTokenizer() : wordTokenizer();
          const full = tokenizer.encode(renderTemplate(template, { title, text })).length;
          const row = encodeRow(template, { title, text }, tokenizer, limit);
          expect(row.tokens.length).toBeLessThanOrEqual(limit);
          expect([...row.tokens]).toEqual(tokenizer.encode(row.text));
          expect(row.cutTokens).toBe(full - row.tokens.length);
          expect(row.cutTokens > 0).toBe(full > limit);
          expect(row.text.startsWith('Title: ')).toBe(true);
          expect(row.text.endsWith('\nLabel:')).toBe(true);
          // What is left of each hole is its beginning.
          const left = isCutOf(row.text, title, text);
          expect(left).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function isCutOf(rendered: string, title: string, text: string): boolean {
  const inner = rendered.slice('Title: '.length, -'\nLabel:'.length);
  for (let at = inner.indexOf('\nText: '); at !== -1; at = inner.indexOf('\nText: ', at + 1)) {
    if (title.startsWith(inner.slice(0, at)) && text.startsWith(inner.slice(at + '\nText: '.length)))
      return true;
  }
  return false;
}

describe('encodeTarget', () => {
  it('ends with end-of-text, except where it is cut', () => {
    const template = parseTemplate('{text}\nAnswer:');
    const bytes = byteTokenizer();
    expect([...encodeTarget(template, 'ab', bytes, 9)]).toEqual([32, 97, 98, 256]);
    expect([...encodeTarget(template, 'ab', bytes, 3)]).toEqual([32, 97, 98]);
  });

  it('is written in the vocabulary of answers, where there is one', () => {
    const template = parseTemplate('{text}\nAnswer:');
    const translating = { ...byteTokenizer(), encodeAnswer: (text: string) => [text.length] };
    expect([...encodeTarget(template, 'ab', translating, 9)]).toEqual([3, 256]);
  });
});
