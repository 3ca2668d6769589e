import { type GraphBuilder, newGraph } from '../../graph/builder';
import { MICROSOFT } from '../../graph/graph';
import type { Head } from '../languageModel';
import type { ModelConfig } from '../modelConfig';

export interface WordHead {
  config: Pick<ModelConfig, 'hiddenSize' | 'embeddingSize' | 'vocabularySize'>;
  /** The output matrix is the token table. */
  tied: boolean;
  /** Something is added to each word's logit. */
  bias?: boolean;
  /** From hidden states, [readouts, hidden size], to what the output matrix is applied to, [readouts, embedding size]. */
  before(build: GraphBuilder, hidden: string): string;
  /** From logits to logits. */
  after?(build: GraphBuilder, logits: string): string;
}

/** Logits over words: weights are `embeddings` or `head.weight`, and `head.bias`. */
export function wordHead({ config, tied, bias, before, after }: WordHead, over: 'all' | 'chosen'): Head {
  const { hiddenSize, embeddingSize: width, vocabularySize } = config;
  const build = newGraph(`head over ${over} words`);
  const hidden = build.input('hidden', 'float32', ['readouts', hiddenSize]);
  const states = before(build, hidden);
  const all = over === 'all';
  const words = all ? undefined : build.input('words', 'float32', ['words', width]);
  const matrix = words ?? build.weight(tied ? 'embeddings' : 'head.weight', [vocabularySize, width]);
  let logits = build.add('FusedMatMul', [states, matrix], { domain: MICROSOFT, attributes: { transB: 1 } });
  const wordBiases = bias && !all ? build.input('wordBiases', 'float32', ['words']) : undefined;
  if (bias) logits = build.add('Add', [logits, wordBiases ?? build.weight('head.bias', [vocabularySize])]);
  if (after) logits = after(build, logits);
  build.output(logits);
  return { graph: build.graph, ports: { hidden, words, wordBiases, logits } };
}
