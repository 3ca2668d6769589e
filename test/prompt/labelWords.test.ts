import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import { chooseLabelWords, readableLabel, recordLabelWords } from '../../src/engine/prompt/labelWords';
import { wordTokenizer } from './tokenizers';

/** Labels as people have them: shared words, shared beginnings, nothing but shared words, signs, digits, scripts. */
const AWKWARD = [
  'card_arrival',
  'card_linking',
  'card_not_working',
  'exchange_rate',
  'exchange_via_app',
  'card_payment_wrong_exchange_rate',
  'card payment',
  'card_payment',
  'reverted_card_payment?',
  'top_up_by_card_charge',
  'top_up_by_cash_or_cheque',
  'topping_up_by_card',
  'cardPayment',
  'A',
  'a',
  '1',
  '10',
  '-1',
  '3.5',
  '日本',
  '日本語',
  '🙂',
  '???',
  'U.S.',
  'rec.autos',
];

let llama: Tokenizer;
beforeAll(async () => {
  llama = await tokenizerFromFolder(join(__dirname, '../oracle/fixtures/tiny-llama-f16'));
});

describe('readableLabel', () => {
  it.each([
    ['card_arrival', 'card arrival'],
    ['rec.autos', 'rec autos'],
    ['cardArrival', 'card Arrival'],
    ['self-service', 'self service'],
    ['-1', '-1'],
    ['3.5', '3.5'],
    ['U.S.', 'U.S.'],
    [' very  good ', 'very good'],
  ])('%s → %s', (label, words) => expect(readableLabel(label)).toBe(words));
});

describe('label words', () => {
  const words = (labels: string[], tokenizer: Tokenizer = wordTokenizer()) =>
    chooseLabelWords(labels, tokenizer).map(({ word }) => word);

  it('are the first tokens that no other class has', () => {
    expect(words(['negative', 'positive'])).toEqual([' negative', ' positive']);
    expect(words(['card_arrival', 'card_linking', 'lost card'])).toEqual([' arrival', ' linking', ' lost']);
  });

  it('fall back to tokens that no other class took, then to letters', () => {
    expect(words(['exchange_rate', 'exchange_app', 'app_rate'])).toEqual([' exchange', ' app', ' rate']);
    expect(words(['a_b', 'b_a', 'a_b_a'])).toEqual([' a', ' b', ' A']);
    const [first, , third] = chooseLabelWords(['a_b', 'b_a', 'a_b_a'], wordTokenizer());
    expect([first!.origin, third!.origin]).toEqual(['label', 'letter']);
  });

  it('keep the whole label for whole-label scoring, with its space', () => {
    const tokenizer = wordTokenizer();
    const [arrival] = chooseLabelWords(['card_arrival', 'card_linking'], tokenizer);
    expect(arrival!.text).toBe(' card arrival');
    expect(arrival!.tokens).toEqual(tokenizer.encode(' card arrival'));
    expect(recordLabelWords([arrival!], 'first-token')).toEqual([
      { label: 'card_arrival', word: ' arrival', tokens: [arrival!.token] },
    ]);
    expect(recordLabelWords([arrival!], 'whole-label')).toEqual([
      { label: 'card_arrival', word: ' card arrival', tokens: arrival!.tokens },
    ]);
    expect(chooseLabelWords(['x', 'y'], tokenizer, { separator: '' })[0]!.text).toBe('x');
  });

  it('are the user’s where given', () => {
    const given = { '0': 'bad', '1': ' good ' };
    expect(chooseLabelWords(['0', '1'], wordTokenizer(), { given }).map(({ word }) => word)).toEqual([
      ' bad',
      ' good',
    ]);
  });

  it('refuse a class without word, and two with the same', () => {
    expect(() => chooseLabelWords(['a', 'b'], wordTokenizer(), { given: { a: 'x' } })).toThrow(
      'The class "b" has no label word.',
    );
    expect(() => chooseLabelWords(['a', 'b'], wordTokenizer(), { given: { a: 'x', b: 'x ' } })).toThrow(
      'The classes "a" and "b" have the same word "x".',
    );
    expect(() => chooseLabelWords(['a', 'toString'], wordTokenizer(), { given: { a: 'x' } })).toThrow(
      '"toString"',
    );
  });

  it('work for awkward labels: one visible token each, in any tokenizer', () => {
    for (const tokenizer of [wordTokenizer(), llama]) {
      const chosen = chooseLabelWords(AWKWARD, tokenizer);
      expect(new Set(chosen.map(({ token }) => token)).size).toBe(AWKWARD.length);
      expect(new Set(chosen.map(({ text }) => text)).size).toBe(AWKWARD.length);
      for (const { word, tokens, text } of chosen) {
        expect(word.trim()).not.toBe('');
        expect(tokens).toEqual(tokenizer.encode(text));
      }
    }
  });

  it('are distinct for any set of labels', () => {
    const label = fc.oneof(
      fc.constantFrom(...AWKWARD),
      fc
        .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 })
        .map((parts) => parts.join('_')),
    );
    fc.assert(
      fc.property(fc.uniqueArray(label, { minLength: 2, maxLength: 40 }), (labels) => {
        const chosen = chooseLabelWords(labels, wordTokenizer());
        expect(new Set(chosen.map(({ token }) => token)).size).toBe(labels.length);
        expect(chosen.map((word) => word.label)).toEqual(labels);
      }),
    );
  });
});
