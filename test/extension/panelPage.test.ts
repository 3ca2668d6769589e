import { describe, expect, it } from 'vitest';
import { previewText } from '../../src/extension/dataset/previewText';
import { pageHtml } from '../../src/extension/page/pageHtml';
import { fromPanelSchema, panelStateSchema } from '../../src/extension/panel/panelMessages';

describe('pageHtml', () => {
  const html = pageHtml({
    title: 'Softprompt',
    language: 'de',
    strings: { Pause: 'Anhalten</script>' },
    script: 'https://w/run.js',
    styles: ['https://w/webview.css'],
    cspSource: 'https://w',
    nonce: 'abc',
  });

  it('lets nothing in but its own script and styles', () => {
    const policy = /content="(default-src[^"]*)"/.exec(html)?.[1];
    expect(policy).toBe(
      "default-src 'none'; img-src https://w data:; style-src https://w 'nonce-abc'; font-src https://w; script-src 'nonce-abc'",
    );
    expect(html).toContain('<script nonce="abc" src="https://w/run.js"></script>');
    expect(html).not.toMatch(/unsafe|style=|<style|onclick/);
  });

  it('carries the words of the display language, which cannot end the script they stand in', () => {
    expect(html).toContain('<html lang="de">');
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    const data = /id="strings">(.*?)<\/script>/.exec(html)?.[1];
    expect(JSON.parse(data ?? '')).toEqual({ Pause: 'Anhalten</script>' });
  });
});

describe('messages of the page', () => {
  it('are checked before anything is done', () => {
    const accepted = (message: unknown): boolean => fromPanelSchema.safeParse(message).success;
    expect(accepted({ type: 'openRow', file: '/w/a.csv', line: 3 })).toBe(true);
    expect(accepted({ type: 'try', id: 1, values: { text: 'hi' }, hardPrompt: { kind: 'zero-shot' } })).toBe(
      true,
    );
    expect(accepted({ type: 'openRow', file: '/w/a.csv', line: 0 })).toBe(false);
    expect(accepted({ type: 'run', command: 'rm' })).toBe(false);
    expect(accepted({ type: 'pause', folder: '/elsewhere' })).toBe(false);
  });

  it('finds the run in a kept state of any version', () => {
    expect(panelStateSchema.parse({ folder: '/w/run', tab: 'details', more: 1 })).toEqual({
      folder: '/w/run',
    });
    expect(panelStateSchema.parse(undefined)).toEqual({});
    expect(panelStateSchema.parse({ folder: 3 })).toEqual({});
  });
});

describe('previewText', () => {
  it('marks the virtual tokens and lists the label words', () => {
    const text = previewText({
      row: 3,
      segments: [
        { kind: 'virtual-tokens', count: 20 },
        { kind: 'text', text: 'My card is lost\nCategory:' },
      ],
      target: 'card_lost',
      labelWords: [
        { label: 'card_lost', word: ' card' },
        { label: 'other', word: ' other' },
      ],
      tokens: 9,
      cutTokens: 2,
    });
    expect(text).toContain('Row 3 · 9 tokens · 2 tokens cut to fit the limit · target: card_lost');
    expect(text).toContain('⟦20 virtual tokens⟧\nMy card is lost\nCategory:');
    expect(text).toContain('  card_lost  " card"  ←\n  other      " other"');
  });

  it('marks virtual tokens behind the text where they stand', () => {
    const text = previewText({
      row: 1,
      segments: [
        { kind: 'text', text: 'My card is lost' },
        { kind: 'virtual-tokens', count: 20 },
        { kind: 'text', text: '\nCategory:' },
      ],
      target: 'card_lost',
      tokens: 9,
      cutTokens: 0,
    });
    expect(text).toContain('My card is lost⟦20 virtual tokens⟧\nCategory:');
  });

  it('says so where a class head is trained, and no word is read', () => {
    const text = previewText({
      row: 1,
      segments: [{ kind: 'text', text: 'My card is lost' }],
      target: 'card_lost',
      labelWords: [{ label: 'card_lost', word: 'card lost' }],
      classHead: true,
      tokens: 6,
      cutTokens: 0,
    });
    expect(text).toContain('Class head, trained beside the prompt; each class starts from a text:');
    expect(text).not.toContain('likelihood');
  });
});
