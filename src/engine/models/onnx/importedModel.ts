import { l10n } from '../../../protocol/l10n';
import { type GraphBuilder, newGraph } from '../../graph/builder';
import { extract } from '../../graph/extract';
import { type Graph, type Initializer, MICROSOFT, type Node } from '../../graph/graph';
import type { TensorEntry } from '../checkpoint';
import type { Head, LanguageModel } from '../languageModel';
import type { ModelConfig } from '../modelConfig';
import { blocksOf, dequantiseBlocks } from './blocks';
import { type ConstantTable, readTable } from './constantTable';
import type { ImportedPair } from './encoderDecoder';
import type { ImportedGraph } from './importGraph';
import { stageOf } from './layers';
import type { OutputHead } from './outputHead';
import type { TokenTable } from './tokenLookup';
import { takeOriginal, unsupported } from './unsupported';
import type { WeightSource } from './weightSource';

/** Tensors of up to so many bytes stay in the graph: axes, shapes, scalars. */
const SMALL = 256;

/**
 * An imported graph as a language model: its large tensors become weights of the checkpoint, half precision among
 * them float32, and the tables of embeddings and words are read by row, whatever their form in the file.
 */
export function importedModel(
  imported: ImportedGraph,
  stored: ReadonlyMap<string, Initializer>,
  source: WeightSource,
  settings: Omit<ModelConfig, 'vocabularySize'>,
): { config: ModelConfig; model: LanguageModel; weights: Map<string, TensorEntry> } {
  const weights = new Map<string, TensorEntry>();
  const { graph } = imported.layers;
  // Beside the file's own constants there are those that were computed on the way.
  const initializers = new Map([...graph.initializers, ...stored]);
  placeWeights(graph, initializers, source, weights);
  const embeddings = addTable(imported.lookup.table, initializers, source, weights);
  const { head } = imported;
  const config = { ...settings, vocabularySize: weights.get(embeddings)!.shape[0]! };
  const matrix = head && addTable(head.matrix, initializers, source, weights);
  const bias = head?.bias && addConstant(head.bias, initializers, source, weights);
  if (bias) weights.set(bias, { ...weights.get(bias)!, shape: [config.vocabularySize] });
  const width = weights.get(matrix ?? embeddings)!.shape[1]!;
  const model: LanguageModel = {
    config,
    embeddings,
    embeddingScale: imported.embeddingScale,
    outputMatrix: matrix ?? embeddings,
    outputWidth: width,
    outputBias: bias,
    rotary: [],
    stage: (from, to) => stageOf(imported.layers, from, to),
    head: (words) => {
      if (!head || !matrix) throw new Error('an encoder without head has no logits');
      const hidden = imported.layers.cuts.at(-1)!;
      return buildHead(graph, { ...head, hidden }, { config, width, matrix, bias, all: words === 'all' });
    },
  };
  return { config, model, weights };
}

/** The same for a decoder and the encoder before it. */
export function importedPair(
  { decoder, encoder, lookup, initializers }: ImportedPair,
  stored: ReadonlyMap<string, Initializer>,
  source: WeightSource,
  settings: Omit<ModelConfig, 'vocabularySize'>,
): { config: ModelConfig; model: LanguageModel; weights: Map<string, TensorEntry> } {
  const imported = importedModel(decoder, stored, source, settings);
  const [read, written] = [lookup.table, decoder.lookup.table];
  if (read.kind === 'plain' && written.kind === 'plain') {
    const [a, b] = [initializers.get(read.table.weight)!, stored.get(written.table.weight)!];
    if (`${a.shape}` !== `${b.shape}` || !source.beginAlike(a, b)) {
      throw unsupported(
        l10n`Its encoder and decoder do not share their embeddings.`,
        undefined,
        takeOriginal(),
      );
    }
  }
  placeWeights(encoder.graph, initializers, source, imported.weights);
  const layers = encoder.cuts.length - 1;
  const model = { ...imported.model, encoder: { layers, stage: stageOf.bind(null, encoder) } };
  return { ...imported, model };
}

/** Turns initializers into weights of the checkpoint, small ones aside. */
function placeWeights(
  graph: Graph,
  originals: ReadonlyMap<string, Initializer>,
  source: WeightSource,
  weights: Map<string, TensorEntry>,
): void {
  for (const [name, initializer] of [...graph.initializers]) {
    const original = originals.get(name) ?? initializer;
    const half = original.type === 'float16' || original.type === 'bfloat16';
    const type = half ? 'float32' : original.type;
    const { shape } = original;
    const length = original.data.kind === 'checkpoint' ? 0 : source.sizeOf(original);
    if (length <= SMALL) {
      const bytes = half ? new Uint8Array(source.floats(original).buffer) : source.bytes(original);
      graph.initializers.set(name, { type, shape, data: { kind: 'inline', bytes } });
      continue;
    }
    graph.initializers.set(name, { type, shape, data: { kind: 'checkpoint', tensor: name } });
    weights.set(name, entry(name, original, source));
  }
}

function entry(name: string, initializer: Initializer, source: WeightSource): TensorEntry {
  const float = initializer.type.includes('float');
  return {
    name,
    shape: [...initializer.shape],
    ...(float && initializer.type !== 'float64' ? {} : { type: initializer.type }),
    read: async () =>
      float && initializer.type !== 'float64' ? source.floats(initializer) : source.bytes(initializer),
  };
}

/** A table with a row a token, as a weight; answers its name. */
function addTable(
  table: TokenTable,
  initializers: ReadonlyMap<string, Initializer>,
  source: WeightSource,
  weights: Map<string, TensorEntry>,
): string {
  if (table.kind === 'plain') return addConstant(table.table, initializers, source, weights);
  const name = `${table.weight} by rows`;
  const stored = initializers.get(table.weight);
  const scales = initializers.get(table.scales);
  const zeros = table.zeroPoints ? initializers.get(table.zeroPoints) : undefined;
  const blocks = stored && blocksOf(table.node, stored);
  if (!blocks || !scales) throw new Error(`${table.node.op} ${table.node.name} has a form that is not known`);
  const read = async () => {
    const zeroPoints = zeros && (zeros.type.includes('float') ? source.floats(zeros) : source.bytes(zeros));
    return dequantiseBlocks(blocks, source.bytes(stored), source.floats(scales), zeroPoints);
  };
  weights.set(name, { name, shape: [blocks.rows, blocks.columns], read });
  return name;
}

function addConstant(
  table: ConstantTable,
  initializers: ReadonlyMap<string, Initializer>,
  source: WeightSource,
  weights: Map<string, TensorEntry>,
): string {
  const { weight, transposed, affine } = table;
  const stored = initializers.get(weight);
  if (!stored) throw new Error(`${weight} is no constant`);
  const name = `${weight}${affine ? ' as floats' : ''}${transposed ? ' by rows' : ''}`;
  if (weights.has(name)) return name;
  const shape = transposed ? [...stored.shape].reverse() : [...stored.shape];
  weights.set(name, { name, shape, read: async () => readTable(table, initializers, source) });
  return name;
}

function buildHead(
  graph: Graph,
  head: OutputHead & { hidden: string },
  { config, width, matrix, bias, all }: HeadSettings,
): Head {
  const build = newGraph(`head over ${all ? 'all' : 'chosen'} words`);
  const { hiddenSize, vocabularySize } = config;
  const hidden = build.input('hidden', 'float32', ['readouts', hiddenSize]);
  const states = head.hidden === head.states ? hidden : repeatBetween(build, graph, head, hidden);
  const words = all ? undefined : build.input('words', 'float32', ['words', width]);
  const rows = words ?? build.weight(matrix, [vocabularySize, width]);
  let logits = build.add('FusedMatMul', [states, rows], { domain: MICROSOFT, attributes: { transB: 1 } });
  const wordBiases = bias && !all ? build.input('wordBiases', 'float32', ['words']) : undefined;
  if (bias) logits = build.add('Add', [logits, wordBiases ?? build.weight(bias, [vocabularySize])]);
  for (const node of head.after) logits = repeat(build, graph, node, logits);
  build.output(logits);
  return { graph: build.graph, ports: { hidden, words, wordBiases, logits } };
}

interface HeadSettings {
  config: ModelConfig;
  /** Of the output matrix. */
  width: number;
  matrix: string;
  bias?: string;
  all: boolean;
}

/** What lies between the last layer and the output matrix, for readouts: each goes through as a row of one token. */
function repeatBetween(
  build: GraphBuilder,
  graph: Graph,
  head: { hidden: string; states: string },
  hidden: string,
): string {
  const part = extract(graph, 'head', { nodes: graph.nodes, inputs: [head.hidden], outputs: [head.states] });
  const made = new Map([[head.hidden, build.add('Unsqueeze', [hidden, build.ints([1])])]]);
  for (const [name, initializer] of part.initializers) made.set(name, build.initializer(name, initializer));
  for (const { op, domain, inputs, outputs, attributes } of part.nodes) {
    const values = build.addMany(
      op,
      inputs.map((input) => (input ? (made.get(input) ?? unknown(input)) : '')),
      { domain, attributes, outputs: outputs.length },
    );
    outputs.forEach((output, i) => {
      made.set(output, values[i]!);
    });
  }
  return build.add('Squeeze', [made.get(head.states)!, build.ints([1])]);
}

function unknown(input: string): never {
  throw new Error(`the output head depends on ${input}`);
}

/** The same node on another value; its other inputs are constants. */
function repeat(build: GraphBuilder, graph: Graph, node: Node, value: string): string {
  const inputs = node.inputs.map((input) => {
    const constant = graph.initializers.get(input);
    return constant ? build.initializer(input, constant) : value;
  });
  return build.add(node.op, inputs, { attributes: node.attributes });
}
