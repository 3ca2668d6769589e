import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { prefaceConversation } from '../../src/engine/evaluation/preface';
import type { ReadRow } from '../../src/engine/evaluation/taskReader';
import { readGgufHeader } from '../../src/engine/models/gguf/header';
import { tokenizerFromGguf } from '../../src/engine/models/gguf/tokenizer';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import { parseChatTemplate } from '../../src/engine/prompt/chat/chatTemplate';
import type { Conversation } from '../../src/engine/prompt/chat/conversation';
import { CHAT_LIMITS } from '../../src/engine/prompt/chat/limits';
import { encodeRow, encodeTarget } from '../../src/engine/prompt/encodeRows';
import { promptPreviews } from '../../src/engine/prompt/preview';
import { taskPrompt } from '../../src/engine/prompt/taskPrompt';
import { Random } from '../../src/engine/random';
import { reportError } from '../../src/protocol/errors';
import type { ChatMessage } from '../../src/protocol/taskFile';
import { smallTask } from '../evaluation/characters';
import { mutate } from '../fuzz/mutate';
import { byteTokenizer } from './tokenizers';

const fixtures = fileURLToPath(new URL('../oracle/fixtures/', import.meta.url));
const json = (name: string) => JSON.parse(readFileSync(join(fixtures, name), 'utf8'));

interface Reference {
  rows: { row: string; ids: number[] }[];
  fewShot: { example: string; answer: string; row: string; ids: number[] };
  marker: { row: string; ids: number[] };
}
interface Rendered {
  template: string;
  markers: Record<string, string>;
  messages: ChatMessage[];
  generationPrompt: boolean;
  text: string;
}
/** By Transformers' apply_chat_template: test/oracle/chat_prompts.py. */
const { models, templates } = json('chat-prompts.json') as {
  models: Record<string, Reference>;
  templates: Rendered[];
};

const SMOLLM2 = join(
  process.env.SOFTPROMPT_CACHE ?? join(homedir(), '.cache', 'softprompt'),
  'models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf',
);

async function tokenizerOf(name: string): Promise<Tokenizer> {
  if (name !== 'smollm2') return tokenizerFromFolder(join(fixtures, 'models', name));
  const { open } = await import('node:fs/promises');
  const handle = await open(SMOLLM2);
  const { metadata } = await readGgufHeader(handle, (await handle.stat()).size, SMOLLM2);
  await handle.close();
  return tokenizerFromGguf(metadata, SMOLLM2);
}

const MESSAGES: ChatMessage[] = [{ role: 'user', content: 'Which team?\n\n{text}' }];

async function conversationOf(name: string): Promise<{ tokenizer: Tokenizer; wording: Conversation }> {
  const tokenizer = await tokenizerOf(name);
  return { tokenizer, wording: taskPrompt({ messages: MESSAGES }).wordingFor(tokenizer) as Conversation };
}

const known = Object.keys(models).filter((name) => name !== 'smollm2' || existsSync(SMOLLM2));

describe.each(known)('messages for %s', (name) => {
  const reference = models[name]!;

  it('are the token ids of apply_chat_template, row by row', async () => {
    const { tokenizer, wording } = await conversationOf(name);
    for (const { row, ids } of reference.rows) {
      expect([...encodeRow(wording, { text: row }, tokenizer, 500).tokens], row).toEqual(ids);
    }
  });

  it('take the markers in a row for text, and show them as they were', async () => {
    const { tokenizer, wording } = await conversationOf(name);
    const { row, ids } = reference.marker;
    const encoded = encodeRow(wording, { text: row }, tokenizer, 500);
    expect([...encoded.tokens]).toEqual(ids);
    expect(encoded.text).toContain(row);
    // Where they are the template's own, they are markers.
    const asMarkers = tokenizer.encode(wording.render([row]));
    expect(asMarkers.length).toBeLessThan(ids.length);
  });

  it('have examples as earlier turns, and share their beginning', async () => {
    const { tokenizer, wording } = await conversationOf(name);
    const { example, answer, row, ids } = reference.fewShot;
    const { shared, tokens } = prefaceConversation(wording, tokenizer, {
      examples: [{ filled: [example], answer }],
    });
    expect([...shared, ...tokens({ filled: [row] } as unknown as ReadRow)]).toEqual(ids);
    expect(shared.length).toBeGreaterThan(ids.length / 3);
    // A row's first character may join the last ones before it in a token: what is shared ends before that.
    const examples = [{ filled: [example], answer }];
    for (const odd of ['\n\n  a', ' b', '', '.', 'A', '7 8', '\u0301']) {
      const whole = tokenizer.encode(wording.withPreface({ examples }).render([odd]));
      expect([...shared, ...tokens({ filled: [odd] } as unknown as ReadRow)], JSON.stringify(odd)).toEqual(
        whole,
      );
    }
  });

  it('are cut in the row, never in the words of the template', async () => {
    const { tokenizer, wording } = await conversationOf(name);
    const whole = encodeRow(wording, { text: '' }, tokenizer, 500).tokens.length;
    const text = 'many words that make the row too long '.repeat(20);
    const cut = encodeRow(wording, { text }, tokenizer, whole + 10);
    expect(cut.tokens.length).toBeLessThanOrEqual(whole + 10);
    expect(cut.tokens.length).toBeGreaterThan(whole + 5);
    expect(cut.cutTokens).toBeGreaterThan(20);
    expect([...cut.tokens.slice(-2)]).toEqual(reference.rows[0]!.ids.slice(-2));
    expect(() => encodeRow(wording, { text }, tokenizer, whole - 1)).toThrow(/own words take/);
  });
});

describe('the answer to messages', () => {
  const END: Record<string, string> = {
    llama3: '<|eot_id|>',
    qwen2: '<|im_end|>',
    phi3: '<|end|>',
    gemma2: '<end_of_turn>',
  };

  it.each(Object.entries(END))('of %s ends as the model was taught: %s', async (name, end) => {
    const { tokenizer, wording } = await conversationOf(name);
    expect(wording.separator).toBe('');
    const target = encodeTarget(wording, ' yes ', tokenizer, 50);
    expect([...target]).toEqual([...tokenizer.encode('yes'), ...tokenizer.encode(end)]);
  });

  it('has a space before it where the template puts one', () => {
    const { template, markers } = templates[0]!;
    const tokenizer: Tokenizer = { ...byteTokenizer(), chat: { template, markers } };
    const wording = taskPrompt({ messages: MESSAGES }).wordingFor(tokenizer);
    expect(wording.separator).toBe(' ');
    expect(wording.render(['Hm?'])).toBe('<s>[INST] Which team?\n\nHm? [/INST]');
  });

  it('is not asked of a model that was taught no conversations', () => {
    expect(() => taskPrompt({ messages: MESSAGES }).wordingFor(byteTokenizer())).toThrow(/no chat template/);
  });
});

it('the preview shows what the model reads', async () => {
  const tokenizer = await tokenizerOf('llama3');
  const task = { ...smallTask([]).task, template: undefined, messages: MESSAGES };
  const values = { text: 'Hm <|eot_id|>', label: 'yes' };
  const preview = promptPreviews(task, ['yes', 'no'], tokenizer).preview({ row: 1, values });
  expect(preview.segments.at(-1)).toEqual({
    kind: 'text',
    text: '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nWhich team?\n\nHm <|eot_id|><|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
  });
  // No space before the answer: the template puts none.
  expect(preview.labelWords?.map(({ word }) => word.startsWith(' '))).toEqual([false, false]);
});

it('puts an instruction at the beginning of the conversation', async () => {
  const { tokenizer, wording } = await conversationOf('gemma2');
  const { shared, tokens } = prefaceConversation(wording, tokenizer, { instruction: 'Be brief.' });
  const asked = tokenizer.chat && parseChatTemplate(tokenizer.chat.template, tokenizer.chat.markers);
  const text = asked!.render([{ role: 'user', content: 'Be brief.\n\nWhich team?\n\nHm?' }], {
    generationPrompt: true,
  });
  expect([...shared, ...tokens({ filled: ['Hm?'] } as unknown as ReadRow)]).toEqual(tokenizer.encode(text));
});

describe('parseChatTemplate', () => {
  it.each(templates.map((one, index) => [index, one] as const))(
    'renders as Transformers does: %i',
    (_, { template, markers, messages, generationPrompt, text }) => {
      const chat = parseChatTemplate(template, markers);
      expect(chat.render(messages, { generationPrompt, thinking: false })).toBe(text);
    },
  );

  it('writes the same date every day', () => {
    const chat = parseChatTemplate('{{ strftime_now("%A, %d %B %Y, %b %y %%") }}');
    expect(chat.render([], { generationPrompt: true })).toBe('Friday, 26 July 2024, Jul 24 %');
  });

  it('renders damaged templates, or refuses them', () => {
    const sources = [...new Set(templates.map(({ template }) => template))].map((text) => Buffer.from(text));
    const outcomes = { rendered: 0, refused: 0 };
    for (let index = 0; index < 2000; index++) {
      const random = Random.seeded(9, index);
      const bytes = mutate(sources[index % sources.length]!, (limit) => random.int(limit));
      try {
        const chat = parseChatTemplate(Buffer.from(bytes).toString('latin1'), templates[0]!.markers);
        chat.render(templates[2]!.messages, { generationPrompt: true, thinking: false });
        outcomes.rendered++;
      } catch (error) {
        expect(reportError(error), String((error as Error).stack)).toMatchObject({ code: 'model-invalid' });
        outcomes.refused++;
      }
    }
    expect(outcomes.rendered).toBeGreaterThan(50);
    expect(outcomes.refused).toBeGreaterThan(100);
  }, 60_000);

  const LOOP = '{% for i in range(60000) %}{% for j in range(60000) %}a{% endfor %}{% endfor %}';
  it.each([
    [
      'what it says itself',
      '{{ raise_exception("Roles must alternate.") }}',
      /fails: Roles must alternate\.$/,
    ],
    ['what is no Jinja', '{% if', /fails: /],
    ['a loop without end', LOOP, /more than (200000 steps|2000 ms)/],
    ['a long list', '{% for i in range(1000000000) %}{% endfor %}', /more than 65536 numbers/],
    [
      'a text that doubles',
      '{% set n = namespace(x="ab") %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}',
      /text of more than/,
    ],
    [
      'a list that doubles',
      '{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}',
      /list of more than/,
    ],
    [
      'a tree that doubles',
      '{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x | tojson }}',
      /more than 2000 ms/,
    ],
    ['nesting', `{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`, /nested too deeply/],
    ['size', ' '.repeat(CHAT_LIMITS.template + 1), /more than 262144 characters/],
  ])('stops at %s', (_, source, message) => {
    const report = (() => {
      try {
        parseChatTemplate(source).render([], { generationPrompt: true });
      } catch (error) {
        return reportError(error);
      }
      return undefined;
    })();
    expect(report?.code).toBe('model-invalid');
    expect(report?.message).toMatch(message);
    expect(report?.hint).toContain('"template"');
  });
});
