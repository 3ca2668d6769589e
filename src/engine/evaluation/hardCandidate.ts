import type { PromptModel } from '../compile/promptModel';
import type { Tokenizer } from '../models/tokenizer';
import type { Setting } from './evaluate';
import { type Beginning, prefaceConversation } from './preface';
import type { TaskReader } from './taskReader';

/** A hard prompt before the model, its scoring not settled yet. */
export type Candidate = Omit<Setting, 'scoring'>;

/** Has the model read what all rows begin with. */
export async function candidateOf(model: PromptModel, { shared, tokens }: Beginning): Promise<Candidate> {
  return { prefix: shared.length > 0 ? await model.prefix(model.embed(shared)) : null, tokens };
}

/** The user's own instruction before each row: on a line of its own, or at the beginning of the conversation. */
export function instructionBefore(instruction: string, reader: TaskReader, tokenizer: Tokenizer): Beginning {
  const { conversation } = reader;
  if (conversation) {
    return prefaceConversation(conversation, tokenizer, { instruction: instruction.trim() });
  }
  const text = instruction.replace(/(?<!\s)$/u, '\n');
  // What an encoder pools stays whole, with the marker that some pool alone.
  if (reader.trainedClasses !== undefined) {
    return { shared: tokenizer.encode(text), tokens: (row) => row.tokens };
  }
  return { shared: [...tokenizer.before, ...tokenizer.encode(text)], tokens: (row) => row.continued };
}
