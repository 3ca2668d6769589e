import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { extract } from '../../graph/extract';
import { specialise } from '../../graph/fold/specialise';
import type { Initializer, TensorType } from '../../graph/graph';
import type { OnnxModel } from '../../graph/readOnnx';
import { renameGraph } from '../../graph/renameGraph';
import { type KeyValuePorts, SIZES } from '../languageModel';
import { type ImportedGraph, importGraph } from './importGraph';
import { inputRoles, OF_SOURCE, pairedByLayer } from './inputRoles';
import type { LayeredGraph } from './layers';
import { readModel } from './readModel';
import type { TokenLookup } from './tokenLookup';
import { takeOriginal, unsupported } from './unsupported';

/** An encoder-decoder as exporters write it: one file reads, one or two write. */
export interface OnnxPair {
  encoder: OnnxModel;
  /** Writes on from a cache. */
  decoder: OnnxModel;
  /** Writes the first token: it makes keys and values of what was read. A merged decoder is both. */
  firstDecoder: OnnxModel;
}

export interface ImportedPair {
  decoder: ImportedGraph;
  /** Where the encoder takes its tokens from; it should be what the decoder takes them from. */
  lookup: TokenLookup;
  /** Attention heads of the encoder. */
  heads: number;
  /** Its last layer hands on what the decoder's layers look at. */
  encoder: LayeredGraph;
  /** The encoder's constants; their names differ from all of the decoder's. */
  initializers: ReadonlyMap<string, Initializer>;
}

/**
 * The other files of an encoder-decoder, if this is its decoder's: beside it, named as exporters name them. Throws
 * model-missing where one is not there.
 */
export async function findHalves(path: string, model: OnnxModel, hash: Hash): Promise<OnnxPair | undefined> {
  const roles = inputRoles(model.graph);
  if (!roles?.sourceStates && !roles?.source.length) return undefined;
  // decoder_model_merged_fp16.onnx belongs to encoder_model_fp16.onnx.
  const variant = /^decoder(?:_with_past)?_model(?:_merged)?(.*)$/.exec(basename(path))?.[1] ?? '.onnx';
  const beside = async (name: string) => {
    const file = join(dirname(path), `${name}${variant}`);
    if (existsSync(file)) return readModel(file, hash);
    throw new SoftpromptError(
      'model-missing',
      l10n`This is one half of an encoder-decoder: ${basename(file)} is missing.`,
      {
        place: { file: path },
        hint: l10n`Put encoder_model.onnx and decoder_model_merged.onnx, as optimum writes them, into one folder.`,
      },
    );
  };
  const cached = roles.source.length > 0;
  return {
    encoder: await beside('encoder_model'),
    decoder: cached ? model : await beside('decoder_with_past_model'),
    firstDecoder: roles.useCache || !cached ? model : await beside('decoder_model'),
  };
}

type Hash = Parameters<typeof readModel>[1];

const READER = 'reader/';
const HANDED_ON = 'handed on/';
/** Constants of at most as many elements are computed beforehand. */
const FOLDED = 1024;

/**
 * Imports both halves, and moves what the decoder makes of the encoder's states into the encoder: it is made once.
 */
export function importPair(pair: OnnxPair, read: (initializer: Initializer) => Uint8Array): ImportedPair {
  const encoderModel = renameGraph(pair.encoder.graph, (name) => `${READER}${name}`);
  const encoder = importGraph({ ...pair.encoder, graph: encoderModel }, read);
  const decoder = importGraph(pair.decoder, read);
  if (encoder.embeddingScale !== decoder.embeddingScale || encoder.head) {
    throw unsupported(
      l10n`Its encoder and decoder do not share their embeddings.`,
      undefined,
      takeOriginal(),
    );
  }
  const states = encoder.layers.cuts.at(-1)!;
  const width = Number(encoder.layers.graph.shapeOf(states).at(-1));
  const { part, pairs } = handedOn(pair.firstDecoder, width, read);
  const name = (value: string) => (value === part.inputs[0] ? states : `${HANDED_ON}${value}`);
  const moved = renameGraph(part, name);
  const { graph } = encoder.layers;
  graph.nodes.push(...moved.nodes);
  for (const [value, type] of moved.values) if (value !== states) graph.values.set(value, type);
  for (const [value, initializer] of moved.initializers) graph.initializers.set(value, initializer);
  const order = layerOrder(pair.decoder, decoder.layers.source ?? []);
  return {
    decoder,
    lookup: encoder.lookup,
    heads: encoder.heads,
    encoder: {
      ...encoder.layers,
      handedOn: order.map((at) => ({ keys: name(pairs[at]!.keys), values: name(pairs[at]!.values) })),
    },
    initializers: new Map([...moved.initializers, ...encoderModel.initializers]),
  };
}

/** Which of the file's layers each of the decoder's is. */
function layerOrder({ graph }: OnnxModel, source: readonly KeyValuePorts[]): number[] {
  const named = inputRoles(graph)!.source;
  return source.map(({ keys }) => named.findIndex((pair) => pair.keys === keys));
}

/** The part of a decoder that makes keys and values of the encoder's states, in the encoder's sizes. */
function handedOn(model: OnnxModel, width: number, read: (initializer: Initializer) => Uint8Array) {
  const roles = inputRoles(model.graph);
  const states = roles?.sourceStates;
  if (!roles || !states)
    throw unsupported(l10n`Its decoder does not take the states of an encoder.`, undefined, takeOriginal());
  const inputs = new Map<string, TensorType>();
  const declare = (name: string | undefined, shape: TensorType['shape']) => {
    if (name) inputs.set(name, { type: model.graph.typeOf(name).type, shape });
  };
  for (const name of model.graph.inputs) declare(name, model.graph.shapeOf(name));
  for (const name of [roles.tokens, roles.attentionMask, roles.positions])
    declare(name, [SIZES.rows, WRITTEN]);
  declare(roles.sourceMask, [SIZES.rows, SIZES.length]);
  declare(states, [SIZES.rows, SIZES.length, width]);
  if (roles.useCache) {
    const { shape } = model.graph.typeOf(roles.useCache);
    inputs.set(roles.useCache, { type: 'bool', shape: shape.map(() => 1), elements: [0] } as TensorType);
  }
  const { graph, failures, resolve } = specialise(model, { inputs, read, largest: FOLDED });
  const pairs = pairedByLayer(model.graph.outputs.filter((name) => OF_SOURCE.test(name)));
  const made = pairs.map(({ keys, values }) => ({ keys: resolve(keys), values: resolve(values) }));
  const outputs = made.flatMap(({ keys, values }) => [keys, values]);
  const failure = outputs.map((value) => failures.get(value)).find(Boolean);
  if (failure) throw unsupported(`${failure.message}.`, undefined, takeOriginal(), failure);
  const part = extract(graph, 'handed on', { nodes: graph.nodes, inputs: graph.inputs, outputs });
  if (made.length === 0 || part.inputs.join() !== states) {
    throw unsupported(
      l10n`Its decoder makes no keys and values of what was read.`,
      undefined,
      takeOriginal(),
    );
  }
  return { part, pairs: made };
}

/** Tokens of an answer, where only the text matters. */
const WRITTEN = 'written';
