import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { l10n } from '../../protocol/l10n';
import { byteLength } from '../graph/elementBytes';
import type { Checkpoint, TensorEntry } from '../models/checkpoint';
import type { LanguageModel } from '../models/languageModel';
import type { TokenRow } from '../prompt/tokenRow';
import { Scratch } from '../runtime/scratch';
import { batchTensors } from './batchTensors';
import { CompiledFolder } from './compiledFolder';
import type { CompiledForm } from './compiledForm';
import { FORMS } from './forms';
import type { PassContext } from './pass';
import type { Breathe, Prefix } from './promptModel';
import { productsAreExact } from './quantise/exactProducts';
import { RotaryTables } from './rotaryTables';
import { planStage } from './stagePlan';
import { StageSessions } from './stageSessions';
import { walkBackward, walkForward } from './stageWalk';
import type { WeightRequest } from './weightsFile';

/** A usual micro-batch: 400 tokens of text behind a soft prompt. */
const ROWS = 8;
const LENGTH = 50;
const PROMPT = 20;

/** The shortest of so many rounds counts; fewer, but two, where they take longer than this. */
const ROUNDS = 8;
const MILLISECONDS = 1200;

/**
 * How many times as fast as float32 one of the model's layers is in int8 on this machine, forward and backward. The model must have
 * a cache. Weights are made up: products take as long with any, and large models need not be read and rounded for it.
 *
 * @throws Error where products in 8 bits come out wrong on this processor
 */
export async function measureInt8(
  checkpoint: Checkpoint,
  { threads, breathe }: { threads: number; breathe: Breathe },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-precision-'));
  const layer = middleLayer(checkpoint);
  const opened: TimedLayer[] = [];
  try {
    for (const precision of ['float32', 'int8'] as const) {
      opened.push(await TimedLayer.open(layer, FORMS[precision](layer), { folder, threads, breathe }));
    }
    if (!(await opened[1]!.productsAreExact())) {
      throw new Error(l10n`this processor's 8-bit products overflow (it has no VNNI instructions)`);
    }
    const end = performance.now() + MILLISECONDS;
    for (let round = 0; round < ROUNDS && (round < 2 || performance.now() < end); round++) {
      for (const one of opened) await one.run();
    }
    const [float32, int8] = opened.map(({ milliseconds }) => milliseconds);
    return float32! / int8!;
  } finally {
    for (const one of opened) await one.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One layer, opened in one form, and the shortest time that a step through it took. */
class TimedLayer {
  milliseconds = Number.POSITIVE_INFINITY;

  private constructor(private readonly c: PassContext) {}

  static async open(
    layer: Checkpoint,
    form: CompiledForm,
    options: { folder: string; threads: number; breathe: Breathe },
  ): Promise<TimedLayer> {
    const requests = requestsOfLayers(form);
    const weights = new Map(requests.map((request) => [request.tensor, madeUp(request)] as const));
    const folder = await CompiledFolder.open(
      layer,
      { ...form, weights, requests },
      { cacheFolder: options.folder },
    );
    const { model, rewrite } = form;
    const sessions = new StageSessions(model, folder, {
      threads: options.threads,
      layersPerStage: 1,
      rewrite,
    });
    const none = () => {
      throw new Error('a layer alone has neither words nor a head');
    };
    return new TimedLayer({
      config: model.config,
      sessions,
      rotary: new RotaryTables(model.rotary),
      scratch: new Scratch(),
      breathe: options.breathe,
      embed: none,
      headLogits: none,
    });
  }

  async run(): Promise<void> {
    const { c } = this;
    const { config, scratch } = c;
    const mark = scratch.mark();
    const row: TokenRow = { tokens: new Int32Array(LENGTH) };
    const batch = batchTensors(Array<TokenRow>(ROWS).fill(row), PROMPT);
    const past = pattern(PROMPT * config.keyValueHeads * config.headSize);
    const prefix: Prefix = { length: PROMPT, layers: [{ keys: past, values: past }] };
    const embeddings = pattern(ROWS * LENGTH * config.embeddingSize);
    const seed = pattern(ROWS * LENGTH * config.hiddenSize);
    const start = performance.now();
    const { kept } = await walkForward(c, embeddings, batch, prefix);
    await walkBackward(c, seed, batch, kept, null);
    this.milliseconds = Math.min(this.milliseconds, performance.now() - start);
    scratch.release(mark);
  }

  productsAreExact(): Promise<boolean> {
    return productsAreExact(this.c.sessions);
  }

  async close(): Promise<void> {
    await this.c.sessions.close();
    this.c.scratch.clear();
  }
}

/** The checkpoint's middle layer as a model of its own. */
function middleLayer(checkpoint: Checkpoint): Checkpoint {
  const at = Math.floor(checkpoint.config.layers / 2);
  const alone = (model: LanguageModel): LanguageModel => {
    const { config } = model;
    const embeddingSize = at === 0 ? config.embeddingSize : config.hiddenSize;
    return {
      ...model,
      config: { ...config, layers: 1, embeddingSize },
      stage: () => model.stage(at, at + 1),
    };
  };
  const { model } = checkpoint;
  const turned = () => {
    const whole = model.turned!();
    return { ...whole, model: alone(whole.model) };
  };
  return { ...checkpoint, model: { ...alone(model), ...(model.turned && { turned }) } };
}

/** Those of a form's weights that its layers ask for, without embeddings and head. */
function requestsOfLayers({ model, rewrite, requests }: CompiledForm): WeightRequest[] {
  const { forward, backward } = planStage(model.stage(0, 1));
  const asked = new Set<string>();
  for (const graph of [rewrite(forward, 'forward'), rewrite(backward, 'backward')]) {
    for (const { data } of graph.initializers.values()) {
      if (data.kind === 'checkpoint') asked.add(data.tensor);
    }
  }
  return requests.filter(({ tensor }) => asked.has(tensor));
}

function madeUp({ tensor, type, shape }: WeightRequest): TensorEntry {
  const read = async () => {
    if (type === 'float32') return pattern(byteLength(type, shape) / 4);
    return new Uint8Array(byteLength(type, shape)).map((_, i) => (i * 37) % 251);
  };
  return { name: tensor, shape: [...shape], type, read };
}

/** Small numbers of both signs: large ones would saturate, and processors are slow with almost-zeros. */
function pattern(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (((i * 37) % 251) - 125) * 1e-4);
}
