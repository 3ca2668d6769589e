import type { ModelKind } from '../../protocol/models';

/** What is said of every model, whatever its family; all else is the family's own business. */
export interface ModelConfig {
  /** As the files name it: `llama`, `qwen2`, `bert`, … */
  architecture: string;
  kind: ModelKind;
  hiddenSize: number;
  /** Width of a token's vector, and so of a virtual token's; differs from the hidden size in few families. */
  embeddingSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  vocabularySize: number;
  /** Longest sequence the model was made for, in tokens. */
  contextLength: number;
  /** Of an encoder without head: how a row's states become one, the mean over its tokens or the first one's. */
  pooling?: 'mean' | 'cls';
  /** Of an encoder-decoder, whose own layers and heads are the decoder's. */
  encoder?: { layers: number; heads: number };
  /** What an encoder-decoder's answer begins with, before its first token. */
  decoderStart?: number;
  /** Its graph counts where a token stands by itself: alternatives cannot stand side by side behind a row. */
  countsTokens?: boolean;
  /** Words that stand in the vocabulary for the model's own use: never part of an answer, whatever their logits. */
  neverWritten?: readonly number[];
}
