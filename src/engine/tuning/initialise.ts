import type { ResolvedTask } from '../../protocol/taskFile';
import { joinParameters } from '../compile/classHead';
import type { PromptModel } from '../compile/promptModel';
import { similarityHead } from '../evaluation/similarityHead';
import type { TaskReader } from '../evaluation/taskReader';
import type { Tokenizer } from '../models/tokenizer';
import { Random } from '../random';

export interface InitOptions {
  init: ResolvedTask['method']['init'];
  virtualTokens: number;
  /** Token ids of each class's label, for an init from labels. */
  labels: readonly (readonly number[])[];
  seed: number;
}

/**
 * Words that a prompt from the vocabulary is drawn from. A vocabulary made by merging has frequent words first, and those
 * make better starts than rare ones (Lester et al., 2021, section 3.2: the 5,000 most common).
 */
const COMMON_WORDS = 5000;

/** Stream of chance, under the training's seed. */
const INIT_STREAM = 2 ** 31 + 1;

/** The soft prompt to start from: embeddings of tokens, row-major [virtual tokens, hidden size]. */
export function initialPrompt(model: PromptModel, tokenizer: Tokenizer, options: InitOptions): Float32Array {
  return model.embed(initialTokens(tokenizer, options));
}

/** All that is tuned, to start from: the soft prompt, and for an encoder without head a class head of its labels' states. */
export async function initialParameters(
  model: PromptModel,
  tokenizer: Tokenizer,
  { labels, trainedClasses }: TaskReader,
  options: Omit<InitOptions, 'labels'>,
): Promise<Float32Array> {
  const tokens = labels.map((label) => label.tokens);
  const prompt = initialPrompt(model, tokenizer, { ...options, labels: tokens });
  if (trainedClasses === undefined) return prompt;
  return joinParameters(prompt, await similarityHead(model, tokenizer, labels));
}

/** The tokens that the virtual tokens start as; a text is cut or repeated to their number, as PEFT does. */
export function initialTokens(
  tokenizer: Tokenizer,
  { init, virtualTokens, labels, seed }: InitOptions,
): Int32Array {
  if (init.from === 'vocabulary') {
    const random = Random.seeded(seed, INIT_STREAM);
    const words = Math.min(COMMON_WORDS, tokenizer.vocabularySize);
    return Int32Array.from({ length: virtualTokens }, () => random.int(words));
  }
  const tokens = init.from === 'text' ? tokenizer.encode(init.text) : labels.flat();
  // A text without tokens, or free text without labels: the token that stands for nothing in particular.
  const source = tokens.length > 0 ? tokens : [tokenizer.endOfText];
  return Int32Array.from({ length: virtualTokens }, (_, i) => source[i % source.length]!);
}
