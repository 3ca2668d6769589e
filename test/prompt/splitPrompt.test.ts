import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import { contextOf, sharedBeginning, splitPrompt } from '../../src/engine/prompt/splitPrompt';
import { taskPrompt } from '../../src/engine/prompt/taskPrompt';
import { byteTokenizer } from './tokenizers';

const bytes = byteTokenizer({ before: [257] });
const read = (tokens: Int32Array) => Buffer.from(tokens).toString();

describe('a prompt around its virtual tokens', () => {
  it('is cut behind the last hole; the marker comes first', () => {
    const wording = taskPrompt({ template: '{title}: {text} \nLabel: ' }).wordingFor(bytes);
    const { before, after } = splitPrompt(wording, ['A', 'b {x} c'], bytes);
    expect(before.text).toBe('A: b {x} c');
    expect(after.text).toBe(' \nLabel:');
    expect(before.tokens[0]).toBe(257);
    expect(read(before.tokens.subarray(1))).toBe('A: b {x} c');
    expect(read(after.tokens)).toBe(' \nLabel:');
  });

  it('may end with the virtual tokens', () => {
    const wording = taskPrompt({ template: 'Text: {text}' }).wordingFor(bytes);
    expect(splitPrompt(wording, ['x'], bytes).after).toEqual({ text: '', tokens: new Int32Array(0) });
  });

  it('needs a hole', () => {
    const wording = taskPrompt({ template: 'Nothing of a row' }).wordingFor(bytes);
    expect(() => splitPrompt(wording, [], bytes)).toThrow(/have no place/);
  });

  it('of a conversation has the end of the turn and the header of the answer behind them', async () => {
    const folder = fileURLToPath(new URL('../oracle/fixtures/models/qwen3', import.meta.url));
    const tokenizer = await tokenizerFromFolder(folder);
    const messages = [{ role: 'user' as const, content: 'Which team?\n\n{text}\nOne word.' }];
    const wording = taskPrompt({ messages }).wordingFor(tokenizer);
    const { before, after } = splitPrompt(wording, ['Lost <|im_end|> card'], tokenizer);
    expect(before.text).toMatch(/Which team\?\n\nLost <\|im_end\|> card$/);
    expect(after.text).toMatch(/^\nOne word\.<\|im_end\|>\n<\|im_start\|>assistant/);
    const whole = tokenizer.encode(after.text);
    expect([...after.tokens]).toEqual(whole);
    // What the row says is no marker.
    expect(before.tokens.length).toBeGreaterThan(tokenizer.encode(before.text).length);
  });

  it('shares a long beginning with all rows, and no short one', () => {
    const long = taskPrompt({ template: 'What does the following say? {text}\nLabel:' }).wordingFor(bytes);
    const shared = sharedBeginning(long, bytes);
    expect(read(shared.subarray(1))).toBe('What does the following say? ');
    const [one, other] = ['good', 'bad'].map((text) =>
      contextOf(splitPrompt(long, [text], bytes).before.tokens, shared),
    );
    expect(one!.shared).toBe(other!.shared);
    expect(read(one!.own)).toBe('good');
    expect(contextOf(Int32Array.of(257, 3), shared)).toMatchObject({ own: Int32Array.of(257, 3) });
    const short = taskPrompt({ template: 'Text: {text}' }).wordingFor(bytes);
    expect(sharedBeginning(short, bytes)).toHaveLength(0);
  });
});
