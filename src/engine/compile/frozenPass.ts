import { contextLength, type TokenBatch } from '../prompt/tokenRow';
import type { BatchPart } from './batchParts';
import { gatherReadouts, scatterReadouts } from './batchTensors';
import { behindContexts, countedFromPrompt } from './behindContexts';
import { continueFrom } from './generate';
import { inferencePass } from './inferencePass';
import { addPromptGradient, joinRows } from './joinedRows';
import type { LossOf, PassContext } from './pass';
import type { GenerateOptions } from './promptModel';
import type { RowContexts } from './rowContexts';
import { runIntoScratch } from './runIntoScratch';
import { type Kept, walkForward, zeros } from './stageWalk';

/** Keys and values of contexts that are laid out for one pass, in bytes: a step's rows take turns where they have more. */
const MOST_PAST_BYTES = 256e6;
/** Tokens that go through the layers together, virtual ones among them. */
const TOKENS_AT_ONCE = 1024;

/**
 * Rows whose virtual tokens stand behind their text. What comes before them never changes, so it is computed once a row; a step
 * takes the virtual tokens and what follows them through the layers, forward and back, and nothing else.
 */
export class FrozenPass {
  constructor(
    private readonly c: PassContext,
    readonly contexts: RowContexts,
  ) {}

  /** The last hidden states at the batch's readouts: [readouts, hidden size]. */
  async states(batch: TokenBatch, prompt: Float32Array): Promise<Float32Array> {
    const { c } = this;
    const width = c.config.hiddenSize;
    const found = new Float32Array(batch.readouts.length * width);
    for (const { batch: part, readouts } of this.parts(batch, prompt)) {
      const mark = c.scratch.mark();
      const { joined, tensors, past, counted } = await this.behind(part, prompt);
      const { hidden } = await inferencePass(c, joined.embeddings, tensors, past);
      const states = gatherReadouts(hidden, counted);
      readouts.forEach((readout, i) => {
        found.set(states.subarray(i * width, (i + 1) * width), readout * width);
      });
      c.scratch.release(mark);
    }
    return found;
  }

  /** Loss and gradient of one step. */
  async gradient(prompt: Float32Array, batches: readonly TokenBatch[], lossOf: LossOf) {
    const { c } = this;
    const total = batches.reduce((sum, { readouts }) => sum + readouts.length, 0);
    const sum = new Float64Array(prompt.length);
    let loss = 0;
    for (const { batch } of batches.flatMap((whole) => this.parts(whole, prompt))) {
      const mark = c.scratch.mark();
      try {
        const { joined, tensors, past, counted } = await this.behind(batch, prompt);
        const { hidden, kept } = await walkForward(c, joined.embeddings, tensors, past);
        const found = await lossOf(gatherReadouts(hidden, counted), batch, total);
        loss += found.loss;
        const seed = zeros(c, hidden.data.length);
        scatterReadouts(found.gradient, counted, seed, [tensors.length, c.config.hiddenSize]);
        addPromptGradient(c, await this.back(seed, tensors, kept), joined, sum);
      } finally {
        c.scratch.release(mark);
      }
    }
    return { loss, gradient: Float32Array.from(sum) };
  }

  /** Greedy continuation of some rows that fit into one pass. */
  async generate(batch: TokenBatch, prompt: Float32Array, options: GenerateOptions): Promise<number[][]> {
    const answers: number[][] = new Array(batch.rows.length);
    for (const { batch: part, readouts } of this.parts(batch, prompt)) {
      const mark = this.c.scratch.mark();
      const { joined, tensors, past, counted, lengths } = await this.behind(part, prompt);
      const start = { ...joined, tensors, past, lengths, readouts: counted.readouts };
      const written = await continueFrom(this.c, start, options);
      readouts.forEach((row, i) => {
        answers[row] = written[i]!;
      });
      this.c.scratch.release(mark);
    }
    return answers;
  }

  /** The rows with the virtual tokens in front, and what stands before these. */
  private async behind(batch: TokenBatch, prompt: Float32Array) {
    const { past, lengths } = await this.contexts.pasts(batch.rows.map(({ context }) => context!));
    const joined = joinRows(this.c, batch.rows, prompt);
    return {
      joined,
      past,
      lengths,
      tensors: behindContexts(joined.tensors, past.length, lengths),
      counted: countedFromPrompt(batch, joined.before),
    };
  }

  /** From the gradient of the last hidden states to that of the embeddings. */
  private async back(
    seed: Float32Array,
    batch: Parameters<typeof walkForward>[2],
    kept: readonly Kept[],
  ): Promise<Float32Array> {
    const { c } = this;
    let flow = {
      type: 'float32' as const,
      data: seed,
      shape: [batch.rows, batch.length, c.config.hiddenSize],
    };
    for (let index = c.sessions.stages - 1; index >= 0; index--) {
      await c.breathe();
      const { plan, session } = await c.sessions.frozenBackward(index);
      const given = { ...kept[index], [plan.seed]: flow };
      const inputs = Object.fromEntries(plan.backward.inputs.map((name) => [name, given[name]!]));
      const outputs = await runIntoScratch(c, session, {
        graph: plan.backward,
        names: plan.backward.outputs,
        inputs,
        batch,
      });
      flow = outputs[plan.hidden] as typeof flow;
    }
    return flow.data;
  }

  /** The batch in parts that may go through at once, rows with contexts of like length together. */
  private parts({ rows, readouts }: TokenBatch, prompt: Float32Array): BatchPart[] {
    const { config } = this.c;
    const bytesPerToken = config.layers * 2 * config.keyValueHeads * config.headSize * 4;
    const virtualTokens = prompt.length / config.embeddingSize;
    const before = rows.map(({ context }) => contextLength(context!));
    const order = [...rows.keys()].sort((a, b) => before[a]! - before[b]! || a - b);
    const groups: number[][] = [];
    let longest = 0;
    for (const row of order) {
      const group = groups.at(-1);
      const width = Math.max(longest, virtualTokens + rows[row]!.tokens.length);
      const count = (group?.length ?? 0) + 1;
      const fits = count * before[row]! * bytesPerToken <= MOST_PAST_BYTES && count * width <= TOKENS_AT_ONCE;
      if (group && fits) {
        group.push(row);
        longest = width;
      } else {
        groups.push([row]);
        longest = virtualTokens + rows[row]!.tokens.length;
      }
    }
    const ofRow = rows.map((): number[] => []);
    for (const [index, { row }] of readouts.entries()) ofRow[row]!.push(index);
    return groups.map((group) => ({
      batch: {
        rows: group.map((row) => rows[row]!),
        readouts: group.flatMap((row, place) =>
          ofRow[row]!.map((index) => ({ ...readouts[index]!, row: place })),
        ),
      },
      readouts: group.flatMap((row) => ofRow[row]!),
    }));
  }
}
