import type { Head, LanguageModel } from '../models/languageModel';
import type { ModelConfig } from '../models/modelConfig';
import type { ClassHead, Readout, RowContext, TokenBatch, TrainedWords, Words } from '../prompt/tokenRow';
import { Scratch } from '../runtime/scratch';
import { floats, integers, type Tensor } from '../runtime/tensor';
import type { ContextOptions } from './cachedPass';
import { classLogits, classLoss, splitParameters } from './classHead';
import type { CompiledFolder } from './compiledFolder';
import type { Pass } from './pass';
import { passFor } from './passes';
import type { Breathe, GenerateOptions, Prefix, PromptModel } from './promptModel';
import { RotaryTables } from './rotaryTables';
import { type StageOptions, StageSessions } from './stageSessions';
import type { WeightRows } from './weightsFile';

/** Readouts over the whole vocabulary that go through the head together: 64 × 49,152 logits are 12.6 MB. */
const READOUTS_AT_ONCE = 64;

/** A prompt model whose stages and heads are onnxruntime sessions. */
export class OnnxPromptModel implements PromptModel {
  readonly config: ModelConfig;
  breathe: Breathe | null = null;
  private readonly sessions: StageSessions;
  private readonly encoder: StageSessions | null;
  private readonly pass: Pass;
  private readonly scratch = new Scratch();
  private readonly embeddings: WeightRows;
  private readonly outputMatrix: WeightRows;
  private readonly outputBias: WeightRows | null;
  private chosen: { words: Int32Array; matrix: Tensor; biases: Tensor | null } | null = null;

  constructor(
    private readonly model: LanguageModel,
    folder: CompiledFolder,
    options: StageOptions & ContextOptions,
  ) {
    this.config = model.config;
    this.embeddings = folder.rows(model.embeddings);
    this.outputMatrix = folder.rows(model.outputMatrix);
    this.outputBias = model.outputBias ? folder.rows(model.outputBias) : null;
    this.sessions = new StageSessions(model, folder, options);
    this.encoder = model.encoder ? new StageSessions(model, folder, options, model.encoder) : null;
    this.pass = passFor(
      model,
      {
        config: model.config,
        sessions: this.sessions,
        rotary: new RotaryTables(model.rotary),
        scratch: this.scratch,
        breathe: async () => this.breathe?.(),
        embed: (ids) => this.embed(ids),
        headLogits: (hidden) => this.headLogits(hidden),
      },
      this.encoder,
      options,
    );
  }

  embed(ids: ArrayLike<number>): Float32Array {
    const rows = this.embeddings.read(ids);
    const scale = this.model.embeddingScale;
    return scale === undefined ? rows : rows.map((value) => Math.fround(scale) * value);
  }

  prefix(embeddings: Float32Array, before?: Prefix): Promise<Prefix> {
    return this.pass.prefix(embeddings, before);
  }

  behindContexts(embeddings: Float32Array): Prefix {
    return { length: embeddings.length / this.config.embeddingSize, layers: [], embeddings };
  }

  keepContexts(contexts: Iterable<RowContext>, together?: readonly (readonly RowContext[])[]): void {
    this.pass.keepContexts?.(contexts, together);
  }

  async logits(batch: TokenBatch, words: Words | ClassHead, prefix: Prefix | null): Promise<Float32Array> {
    const hidden = await this.pass.states(batch, prefix);
    if (isClassHead(words)) return classLogits(hidden, words);
    const { head, session } = await this.sessions.head(words === 'all' ? 'all' : 'chosen');
    return this.inPieces(batch.readouts.length, async (from, to) => {
      const outputs = await session.run(
        { [head.ports.hidden]: this.slice(hidden, from, to), ...this.wordsInput(head, words) },
        { [head.ports.logits]: null },
      );
      return outputs[head.ports.logits]!.data as Float32Array;
    });
  }

  async logProbabilities(batch: TokenBatch, words: Words, prefix: Prefix | null): Promise<Float32Array> {
    // Many targets may be asked for at one place (the first tokens of 77 labels): the head runs once for each place.
    const { places, targets, width } = groupByPlace(batch.readouts);
    const hidden = await this.pass.states(
      { rows: batch.rows, readouts: places.map(({ readout }) => readout) },
      prefix,
    );
    const { plan, scoring } = await this.sessions.loss(words === 'all' ? 'all' : 'chosen');
    const table = await this.inPieces(places.length, async (from, to) => {
      const outputs = await scoring.run(
        {
          [plan.head.ports.hidden]: this.slice(hidden, from, to),
          [plan.targets]: integers(targets.subarray(from * width, to * width), [to - from, width]),
          ...this.wordsInput(plan.head, words),
        },
        { [plan.logProbabilities]: null },
      );
      return outputs[plan.logProbabilities]!.data as Float32Array;
    });
    const result = new Float32Array(batch.readouts.length);
    places.forEach(({ indices }, place) => {
      indices.forEach((index, i) => {
        result[index] = table[place * width + i]!;
      });
    });
    return result;
  }

  async gradient(parameters: Float32Array, batches: readonly TokenBatch[], words: TrainedWords) {
    if (words !== 'all' && !(words instanceof Int32Array))
      return this.gradientWithHead(parameters, batches, words);
    return this.pass.gradient(parameters, batches, (hidden, batch, total) =>
      this.loss(hidden, batch, words, total),
    );
  }

  generate(
    rows: readonly Int32Array[],
    prefix: Prefix | null,
    options: GenerateOptions,
  ): Promise<number[][]> {
    return this.pass.generate(rows, prefix, options);
  }

  /** Logits over the whole vocabulary for hidden states: [hidden.length / hidden size, vocabulary]. */
  async headLogits(hidden: Float32Array): Promise<Float32Array> {
    const { head, session } = await this.sessions.head('all');
    const count = hidden.length / this.config.hiddenSize;
    const outputs = await session.run(
      { [head.ports.hidden]: this.slice(hidden, 0, count) },
      { [head.ports.logits]: null },
    );
    return outputs[head.ports.logits]!.data as Float32Array;
  }

  async close(): Promise<void> {
    this.pass.close?.();
    await this.sessions.close();
    await this.encoder?.close();
    this.embeddings.close();
    this.outputMatrix.close();
    this.outputBias?.close();
    this.scratch.clear();
  }

  private async gradientWithHead(
    parameters: Float32Array,
    batches: readonly TokenBatch[],
    { classes }: { classes: number },
  ) {
    const sizes = { classes, hiddenSize: this.config.hiddenSize };
    const { prompt, head } = splitParameters(parameters, sizes);
    const gradient = new Float32Array(parameters.length);
    const parts = splitParameters(gradient, sizes);
    const found = await this.pass.gradient(prompt, batches, async (states, { readouts }, total) =>
      classLoss(states, readouts, head, total, parts.head),
    );
    parts.prompt.set(found.gradient);
    return { loss: found.loss, gradient };
  }

  /** Mean cross-entropy in nats over `total` readouts, this batch's part, and its gradient by the hidden states. */
  private async loss(hidden: Float32Array, { readouts }: TokenBatch, words: Words, total: number) {
    const { plan, training } = await this.sessions.loss(words === 'all' ? 'all' : 'chosen');
    let loss = 0;
    const gradient = await this.inPieces(readouts.length, async (from, to) => {
      const targets = readouts.slice(from, to).map(({ target }) => target);
      const outputs = await training.run(
        {
          [plan.head.ports.hidden]: this.slice(hidden, from, to),
          [plan.targets]: integers(targets, [to - from, 1]),
          [plan.seed]: floats(new Float32Array(to - from).fill(-1 / total), [to - from, 1]),
          ...this.wordsInput(plan.head, words),
        },
        { [plan.logProbabilities]: null, [plan.gradient]: null },
      );
      for (const value of outputs[plan.logProbabilities]!.data as Float32Array) loss -= value / total;
      return outputs[plan.gradient]!.data as Float32Array;
    });
    return { loss, gradient };
  }

  /** The output matrix's rows of the chosen words, kept for the next call with the same words. */
  private wordsInput({ ports }: Head, words: Words): Record<string, Tensor> {
    if (!ports.words || words === 'all') return {};
    if (this.chosen?.words !== words) {
      const { outputMatrix, outputBias } = this;
      const matrix = floats(outputMatrix.read(words), [words.length, outputMatrix.columns]);
      this.chosen = { words, matrix, biases: outputBias && floats(outputBias.read(words), [words.length]) };
    }
    const { matrix, biases } = this.chosen;
    return { [ports.words]: matrix, ...(ports.wordBiases && biases ? { [ports.wordBiases]: biases } : {}) };
  }

  private slice(hidden: Float32Array, from: number, to: number): Tensor {
    const { hiddenSize } = this.config;
    return floats(hidden.subarray(from * hiddenSize, to * hiddenSize), [to - from, hiddenSize]);
  }

  /** Runs the readouts some at a time and joins what comes out. */
  private async inPieces(
    count: number,
    run: (from: number, to: number) => Promise<Float32Array>,
  ): Promise<Float32Array> {
    const pieces: Float32Array[] = [];
    for (let from = 0; from < count; from += READOUTS_AT_ONCE) {
      await this.breathe?.();
      pieces.push(await run(from, Math.min(count, from + READOUTS_AT_ONCE)));
    }
    if (pieces.length === 1) return pieces[0]!;
    const joined = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const piece of pieces) {
      joined.set(piece, offset);
      offset += piece.length;
    }
    return joined;
  }
}

const isClassHead = (words: Words | ClassHead): words is ClassHead =>
  words !== 'all' && !(words instanceof Int32Array);

/** Readouts at the same place of the same row, together: targets are [places, width], short lines filled up with 0. */
function groupByPlace(readouts: readonly Readout[]) {
  const byPlace = new Map<string, { readout: Readout; indices: number[] }>();
  readouts.forEach((readout, index) => {
    const key = `${readout.row} ${readout.position}`;
    const place = byPlace.get(key);
    if (place) place.indices.push(index);
    else byPlace.set(key, { readout, indices: [index] });
  });
  const places = [...byPlace.values()];
  const width = places.reduce((most, { indices }) => Math.max(most, indices.length), 0);
  const targets = new Int32Array(places.length * width);
  places.forEach(({ indices }, place) => {
    targets.set(
      indices.map((index) => readouts[index]!.target),
      place * width,
    );
  });
  return { places, targets, width };
}
