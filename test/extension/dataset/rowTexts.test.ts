import { describe, expect, it } from 'vitest';
import { columnHoverText } from '../../../src/extension/dataset/columnHoverText';
import { hintDetails, hintedRows, hintText } from '../../../src/extension/dataset/hintText';
import { findMistake, mistakeText } from '../../../src/extension/dataset/mistakes';
import { rowHoverText } from '../../../src/extension/dataset/rowHoverText';
import type { RenderedPrompt, RowPrediction } from '../../../src/protocol/dataset';

function prediction(line: number, correct: boolean, more: Partial<RowPrediction> = {}): RowPrediction {
  const predicted = correct ? 'billing' : 'refund';
  return {
    row: line - 1,
    line,
    endLine: line,
    expected: 'billing',
    predicted,
    correct,
    confidence: 0.84,
    ...more,
  };
}

describe('hints', () => {
  it('stand at the last line of their rows, and only in view', () => {
    const facts = [
      { row: 1, line: 2, endLine: 4, tokens: 30, cutTokens: 0 },
      { row: 2, line: 5, endLine: 9, tokens: 31, cutTokens: 0 },
    ];
    const answers = [prediction(2, true, { endLine: 4 }), prediction(10, false)];
    const rows = hintedRows(facts, answers, { firstLine: 3, lastLine: 8 });
    expect(rows).toEqual([{ endLine: 4, facts: facts[0], prediction: answers[0] }]);
  });

  it('say answer, tokens and cut tokens', () => {
    const facts = { row: 1, line: 2, endLine: 2, tokens: 42, cutTokens: 0 };
    expect(hintText({ endLine: 2, facts }, 'label')).toBe('42 tokens');
    expect(hintText({ endLine: 2, facts: { ...facts, tokens: 128, cutTokens: 12 } }, 'label')).toBe(
      '128 tokens · ✂ 12 cut',
    );
    expect(hintText({ endLine: 2, facts, prediction: prediction(2, false) }, 'label')).toBe(
      '✗ refund 84 % · 42 tokens',
    );
    expect(hintText({ endLine: 2, prediction: prediction(2, true, { confidence: 1 }) }, 'label')).toBe(
      '✓ billing 100 %',
    );
    expect(hintText({ endLine: 2, facts: { row: 1, line: 2, endLine: 2 } }, 'label')).toBe('');
  });

  it('show free text without the likelihood of another text', () => {
    const wrote = prediction(2, false, { predicted: `A  long\n${'answer '.repeat(9)}` });
    expect(hintText({ endLine: 2, prediction: wrote }, 'text')).toBe('✗ A long answer answer answer ans…');
    expect(hintText({ endLine: 2, prediction: { ...wrote, predicted: '' } }, 'text')).toBe('✗ nothing');
  });

  it('say more in their tooltips', () => {
    const facts = { row: 1, line: 2, endLine: 2, tokens: 128, cutTokens: 12 };
    const answer = prediction(2, false, { split: 'train' });
    expect(hintDetails({ endLine: 2, facts, prediction: answer }, { kind: 'label', limit: 128 })).toEqual([
      '✗ Wrong: predicted refund with a probability of 84 %, expected is billing.',
      'The prompt was tuned on this row.',
      'The prompt of this row: 128 tokens.',
      '12 more were cut from its longest column: the limit is 128.',
    ]);
  });
});

describe('mistakes', () => {
  const rows = [
    prediction(12, false),
    prediction(3, false, { endLine: 5 }),
    prediction(8, true),
    prediction(20, false),
  ];
  const go = (line: number, direction: 'next' | 'previous') => {
    const found = findMistake(rows, line, direction);
    return found && [found.row.line, found.number, found.of];
  };

  it('come one after the other by line, around the end', () => {
    expect(go(1, 'next')).toEqual([3, 1, 3]);
    expect(go(3, 'next')).toEqual([12, 2, 3]);
    expect(go(4, 'next')).toEqual([12, 2, 3]);
    expect(go(20, 'next')).toEqual([3, 1, 3]);
  });

  it('and back, from within a row not to itself', () => {
    expect(go(20, 'previous')).toEqual([12, 2, 3]);
    expect(go(4, 'previous')).toEqual([20, 3, 3]);
    expect(go(1, 'previous')).toEqual([20, 3, 3]);
  });

  it('are none where all is right', () => {
    expect(findMistake([prediction(2, true)], 1, 'next')).toBeUndefined();
  });

  it('say what was expected', () => {
    const mistake = findMistake(rows, 4, 'next')!;
    expect(mistakeText(mistake, 'label')).toBe('Mistake 2 of 3: expected billing, predicted refund (84 %)');
    expect(mistakeText(mistake, 'text')).toBe('Mistake 2 of 3: expected billing, it wrote refund');
  });
});

describe('the hover of a row', () => {
  const prompt: RenderedPrompt = {
    row: 3,
    segments: [
      { kind: 'virtual-tokens', count: 8 },
      { kind: 'text', text: 'Message: ```hm```\nTopic:' },
    ],
    target: 'billing',
    labelWords: [
      { label: 'account', word: ' account' },
      { label: 'billing', word: ' bill' },
      { label: 'refund', word: ' refund' },
    ],
    tokens: 14,
    cutTokens: 2,
  };

  it('shows the prompt as the model sees it and the expected label word', () => {
    const text = rowHoverText({ prompt, kind: 'label' });
    expect(text).toContain('**Row 3** · 14 tokens · 2 tokens cut to fit the limit');
    expect(text).toContain('````text\n⟦8 virtual tokens⟧\nMessage: ```hm```\nTopic:\n````');
    expect(text).toContain('→  billing  " bill"     expected');
  });

  it('shows probabilities, the likeliest first', () => {
    const answer = prediction(4, false, { probabilities: { refund: 0.84, billing: 0.12, account: 0.04 } });
    const text = rowHoverText({ prompt, prediction: answer, kind: 'label' });
    expect(text).toContain('✗ Wrong: predicted refund with a probability of 84 %, expected is billing');
    const lines = text.split('\n').filter((line) => /^[✗→ ] {2}/.test(line));
    expect(lines.map((line) => line.replaceAll(/[▆\s]+/g, ' ').trim())).toEqual([
      '✗ refund " refund" 84 %',
      '→ billing " bill" 12 % expected',
      'account " account" 4 %',
    ]);
  });

  it('reads nothing of a label as Markdown', () => {
    const answer = prediction(4, false, { predicted: '[x](command:y)', expected: '**b**' });
    const text = rowHoverText({ prediction: answer, kind: 'label' });
    expect(text).toContain('\\[x\\]\\(command:y\\)');
    expect(text).toContain('\\*\\*b\\*\\*');
  });
});

describe('the hover of a column', () => {
  it('shows kind, figures and classes as bars', () => {
    const text = columnHoverText(
      {
        name: 'a `b`',
        kind: 'class',
        distinct: 2,
        missing: 1,
        meanLength: 7.25,
        classes: [
          { value: 'billing', count: 60 },
          { value: 'account', count: 30 },
        ],
        examples: [],
      },
      91,
    );
    expect(text).toContain('**Column `` a `b` ``** · classes');
    expect(text).toContain('2 distinct · 1 of 91 rows missing · mean length 7.3 characters');
    expect(text).toContain('billing  ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆  60  67 %\naccount  ▆▆▆▆▆▆▆▆          30  33 %');
  });

  it('shows examples of texts', () => {
    const column = { name: 'text', distinct: 2, missing: 0, meanLength: 4, examples: ['one\ntwo', 'three'] };
    const text = columnHoverText({ ...column, kind: 'text' }, 2);
    expect(text).toContain('none of 2 rows missing');
    expect(text).toContain('```text\none two\nthree\n```');
  });
});
