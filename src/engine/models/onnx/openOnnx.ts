import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { ModelKind } from '../../../protocol/models';
import type { Initializer } from '../../graph/graph';
import type { Checkpoint } from '../checkpoint';
import type { ModelConfig } from '../modelConfig';
import { modelName } from '../modelName';
import { readPooling } from '../pooling';
import { refusalError, refusalOfArchitecture } from '../refusals';
import { tokenizerFromFolder } from '../tokenizers/folder';
import { findHalves, type ImportedPair, importPair } from './encoderDecoder';
import { importedModel, importedPair } from './importedModel';
import { type ImportedGraph, importGraph } from './importGraph';
import { readModel } from './readModel';
import { readSettings, type Settings } from './settings';
import { WeightSource } from './weightSource';

/** Which of a folder's files is taken: float32 before smaller ones, with a cache before without. */
const PREFERRED = [
  'model.onnx',
  'decoder_model_merged.onnx',
  'decoder_with_past_model.onnx',
  'decoder_model.onnx',
  'model_fp16.onnx',
  'model_q8.onnx',
  'model_int8.onnx',
  'model_quantized.onnx',
  'model_q4.onnx',
];

/** Exporters put the graphs in a folder of this name, below the model's. */
const SUBFOLDER = 'onnx';

/** The .onnx file that a folder is opened by; undefined where it has none. */
export async function findOnnxFile(folder: string): Promise<string | undefined> {
  for (const place of [folder, join(folder, SUBFOLDER)]) {
    const names = (await readdir(place).catch(() => [])).filter((name) => name.endsWith('.onnx'));
    const name =
      PREFERRED.find((preferred) => names.includes(preferred)) ?? (names.length === 1 ? names[0] : undefined);
    if (name) return join(place, name);
    if (names.length > 1) {
      throw new SoftpromptError(
        'model-missing',
        l10n`The folder has several ONNX models: ${names.sort().join(', ')}.`,
        {
          place: { file: place },
          hint: l10n`Name one of the files.`,
        },
      );
    }
  }
  return undefined;
}

/**
 * Opens an ONNX model: its graph gets our ports by its structure (see importGraph), its weights are read from it and
 * the files beside it, and its tokenizer from its folder or the one above. Throws SoftpromptError: `model-missing`,
 * `model-invalid`, `model-unsupported`.
 */
export async function openOnnx(path: string): Promise<Checkpoint> {
  const folder = await modelFolder(dirname(resolve(path)));
  const source = new WeightSource(dirname(path));
  try {
    const hash = createHash('sha256');
    const settings = await readSettings(folder);
    const refusal = refusalOfArchitecture(settings.architecture ?? '');
    if (refusal) throw refusalError(path, refusal);
    const file = await readModel(path, hash);
    const halves = await findHalves(path, file, hash);
    const read = (initializer: Initializer) => source.bytes(initializer);
    const { config, model, weights } = withFile(path, () => {
      if (!halves) {
        const imported = importGraph(file, read);
        return importedModel(imported, file.graph.initializers, source, describe(imported, settings));
      }
      const pair = importPair(halves, read);
      const described = describe(pair.decoder, settings, pair);
      return importedPair(pair, halves.decoder.graph.initializers, source, described);
    });
    if (config.kind === 'encoder') config.pooling = await readPooling(folder);
    return {
      path,
      format: 'onnx',
      name: modelName(folder),
      fingerprint: hash.digest('hex'),
      config,
      parameters: [...weights.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
      model,
      weights,
      tokenizer: () => tokenizerFromFolder(folder, config.kind),
      close: async () => source.close(),
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Errors of a graph name its file. */
function withFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SoftpromptError) || error.details.place?.file) throw error;
    const { details } = error;
    throw new SoftpromptError(error.code, error.message, { ...details, place: { ...details.place, file } });
  }
}

/** The folder with the tokenizer: the graph's own, or up to two above it. */
async function modelFolder(folder: string): Promise<string> {
  for (const candidate of [folder, dirname(folder), dirname(dirname(folder))]) {
    const found = await stat(join(candidate, 'tokenizer.json')).catch(() => null);
    if (found) return candidate;
  }
  return folder;
}

/** Where nothing says how long a text may be. */
const USUAL_CONTEXT = 2048;

/** The vocabulary is what the embedding table has rows for. */
function describe(
  imported: ImportedGraph,
  settings: Settings,
  pair?: ImportedPair,
): Omit<ModelConfig, 'vocabularySize'> {
  const { layers, heads, head, causal } = imported;
  const width = (value: string) => Number(layers.graph.shapeOf(value).at(-1));
  const hiddenSize = width(layers.cuts.at(-1)!);
  const keys = layers.past[0] && layers.graph.shapeOf(layers.past[0].keys);
  const kind: ModelKind = pair ? 'encoder-decoder' : causal ? 'decoder' : head ? 'masked' : 'encoder';
  return {
    architecture: settings.architecture ?? 'onnx',
    kind,
    hiddenSize,
    embeddingSize: width(layers.cuts[0]!),
    layers: layers.cuts.length - 1,
    heads,
    keyValueHeads: keys ? Number(keys[1]) : heads,
    headSize: keys ? Number(keys[3]) : (settings.headSize ?? hiddenSize / heads),
    contextLength: settings.contextLength ?? USUAL_CONTEXT,
    ...(imported.countsTokens ? { countsTokens: true } : {}),
    ...(pair
      ? {
          encoder: { layers: pair.encoder.cuts.length - 1, heads: pair.heads },
          decoderStart: settings.decoderStart ?? 0,
        }
      : {}),
  };
}
