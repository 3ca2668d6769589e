import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  chooseFewShot,
  chooseZeroShot,
  evaluateHardPrompt,
  type HardPrompt,
} from '../../src/engine/evaluation/baselines';
import { taskReader } from '../../src/engine/evaluation/taskReader';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import { parseChatTemplate } from '../../src/engine/prompt/chat/chatTemplate';
import type { ChatMessage, ResolvedTask } from '../../src/protocol/taskFile';
import { smallTask } from './characters';
import { HashModel } from './hashModel';

const models = fileURLToPath(new URL('../oracle/fixtures/models/', import.meta.url));
const train = Array.from({ length: 90 }, (_, index): [string, string] => [
  `row ${index} <|eot_id|>`,
  index % 2 === 0 ? 'good' : 'bad',
]);

/** A task with messages for the tiny Llama 3, and a model that tells any two token sequences apart. */
async function chatTask(evaluation: ResolvedTask['evaluation'], target?: ResolvedTask['target']) {
  const tokenizer = await tokenizerFromFolder(join(models, 'llama3'));
  const prepared = smallTask(train, { evaluation, limit: 200, ...(target && { target }) });
  delete prepared.task.template;
  prepared.task.messages = [
    { role: 'system', content: 'Judge.' },
    { role: 'user', content: 'Text: {text}' },
  ];
  return { tokenizer, prepared, model: new HashModel(tokenizer.vocabularySize) };
}

const user = (tokenizer: Tokenizer, row: number): ChatMessage => ({
  role: 'user',
  content: `Text: ${tokenizer.shield!(train[row]![0])}`,
});

function idsOf(tokenizer: Tokenizer, messages: ChatMessage[]): number[] {
  const { template, markers } = tokenizer.chat!;
  const chat = parseChatTemplate(template, markers);
  return tokenizer.encode(chat.render(messages, { generationPrompt: true, thinking: false }));
}

/** All that the model sees before it answers a row: prefix and row. */
function seenBefore(
  hard: HardPrompt,
  { prepared, tokenizer }: Awaited<ReturnType<typeof chatTask>>,
  row: number,
) {
  const read = taskReader(prepared, tokenizer).read(prepared.train[row]!);
  const own = hard.tokens?.(read) ?? read.tokens;
  return { prefix: [...(hard.prefix?.layers[0]?.keys ?? [])], own: [...own] };
}

describe('hard prompts of a task with messages', () => {
  it('zero-shot is the conversation as it stands', async () => {
    const chat = await chatTask({ fewShot: 0, zeroShot: true });
    const zeroShot = (await chooseZeroShot(chat.model, chat.tokenizer, chat.prepared))!;
    const { prefix, own } = seenBefore(zeroShot, chat, 7);
    expect(prefix).toEqual([]);
    expect(own).toEqual(
      idsOf(chat.tokenizer, [{ role: 'system', content: 'Judge.' }, user(chat.tokenizer, 7)]),
    );
  });

  it("the user's own instruction opens the conversation", async () => {
    const chat = await chatTask({ fewShot: 0, zeroShot: true, hardPrompt: 'Be strict.\n' });
    const zeroShot = (await chooseZeroShot(chat.model, chat.tokenizer, chat.prepared))!;
    const { prefix, own } = seenBefore(zeroShot, chat, 7);
    const system: ChatMessage = { role: 'system', content: 'Be strict.\n\nJudge.' };
    expect([...prefix, ...own]).toEqual(idsOf(chat.tokenizer, [system, user(chat.tokenizer, 7)]));
    expect(prefix.length).toBeGreaterThan(own.length / 2);
  });

  it('few-shot examples are earlier turns, read once for all rows', async () => {
    const chat = await chatTask({ fewShot: 3, zeroShot: true });
    const { tokenizer, prepared, model } = chat;
    const fewShot = (await chooseFewShot(model, tokenizer, prepared))!;
    const shown = /training rows ([\d, ]+)/
      .exec(fewShot.notice)![1]!
      .split(', ')
      .map((row) => Number(row) - 1);
    expect(shown).toHaveLength(3);
    const turns = shown.flatMap((row): ChatMessage[] => [
      user(tokenizer, row),
      { role: 'assistant', content: train[row]![1] },
    ]);
    const { prefix, own } = seenBefore(fewShot, chat, 7);
    const whole = idsOf(tokenizer, [{ role: 'system', content: 'Judge.' }, ...turns, user(tokenizer, 7)]);
    expect([...prefix, ...own]).toEqual(whole);
    expect(prefix.length).toBeGreaterThan(whole.length / 2);
    const { metrics } = await evaluateHardPrompt(
      model,
      tokenizer,
      prepared,
      fewShot,
      prepared.train.slice(0, 9),
    );
    expect(metrics.kind).toBe('label');
  });

  it('free text ends as the model ends its turns', async () => {
    const chat = await chatTask(
      { fewShot: 2, zeroShot: true },
      { kind: 'text', column: 'label', maxTokens: 8 },
    );
    const { tokenizer, prepared, model } = chat;
    const reader = taskReader(prepared, tokenizer);
    const [end] = tokenizer.encode('<|eot_id|>');
    expect(reader.ends).toContain(end);
    expect([...reader.readTarget(prepared.train[0]!)]).toEqual([...tokenizer.encode('good'), end]);
    const fewShot = (await chooseFewShot(model, tokenizer, prepared))!;
    expect(seenBefore(fewShot, chat, 3).prefix.filter((id) => id === end).length).toBeGreaterThanOrEqual(5);
  });
});
