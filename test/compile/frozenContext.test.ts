import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromptModel } from '../../src/engine/compile/openPromptModel';
import type { PromptModel } from '../../src/engine/compile/promptModel';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { RowContext, TokenBatch, TokenRow } from '../../src/engine/prompt/tokenRow';
import type { Precision } from '../../src/protocol/precision';
import { readArrays, relativeDifference, rowsOf } from '../oracle/arrays';

const FIXTURES = join(__dirname, '../oracle/fixtures');

let cacheFolder: string;
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-'));
});
afterAll(() => rm(cacheFolder, { recursive: true, force: true }));

async function open(
  folder: string,
  options: { layersPerStage?: number; contextBytes?: number; precision?: Precision } = {},
): Promise<PromptModel> {
  const checkpoint = await openCheckpoint(join(FIXTURES, folder));
  try {
    return await openPromptModel(checkpoint, { cacheFolder, threads: 1, layersPerStage: 2, ...options });
  } finally {
    await checkpoint.close();
  }
}

interface Truth {
  prompt: Float32Array;
  rows: (TokenRow & { context: RowContext })[];
  words: Int32Array;
  classes: TokenBatch['readouts'];
  text: TokenBatch['readouts'];
  arrays: Awaited<ReturnType<typeof readArrays>>;
  losses: { class_loss: number; text_loss: number };
}

async function readTruth(folder: string): Promise<Truth> {
  const arrays = await readArrays(join(FIXTURES, `frozen-context/${folder}.safetensors`));
  const losses = JSON.parse(await readFile(join(FIXTURES, 'frozen-context/losses.json'), 'utf8'));
  const shared = Int32Array.from(arrays.shared_ids!.data);
  const owns = rowsOf(arrays.own_ids!, arrays.own_lengths!);
  const rows = rowsOf(arrays.rest_ids!, arrays.rest_lengths!).map(({ tokens }, row) => ({
    tokens,
    context: { shared, own: owns[row]!.tokens },
  }));
  return {
    prompt: Float32Array.from(arrays.prompt!.data),
    rows,
    words: Int32Array.from(arrays.label_ids!.data),
    classes: rows.map(({ tokens }, row) => ({
      row,
      position: tokens.length - 1,
      target: arrays.classes!.data[row]!,
    })),
    // The first token is foretold by the last virtual one.
    text: rows.flatMap(({ tokens }, row) =>
      Array.from(tokens, (target, i) => ({ row, position: i - 1, target })),
    ),
    arrays,
    losses: losses[folder].float64,
  };
}

const pick = ({ rows, classes }: Truth, indices: number[]): TokenBatch => ({
  rows: indices.map((i) => rows[i]!),
  readouts: indices.map((i, row) => ({ ...classes[i]!, row })),
});

describe.each(['tiny-llama-gqa-tied', 'tiny-llama-gqa-untied'])('%s, text frozen', (folder) => {
  let model: PromptModel;
  let truth: Truth;
  beforeAll(async () => {
    model = await open(folder);
    truth = await readTruth(folder);
  });
  afterAll(() => model.close());

  it('has the losses and gradients of PyTorch', async () => {
    const { prompt, rows, words, classes, text, arrays, losses } = truth;
    const whole = { rows, readouts: classes };
    for (const batches of [[whole], [pick(truth, [3, 1]), pick(truth, [0, 4, 2])]]) {
      const { loss, gradient } = await model.gradient(prompt, batches, words);
      expect(loss).toBeCloseTo(losses.class_loss, 5);
      expect(relativeDifference(gradient, arrays.class_gradient!.data)).toBeLessThan(1e-5);
    }
    const { loss, gradient } = await model.gradient(prompt, [{ rows, readouts: text }], 'all');
    expect(loss).toBeCloseTo(losses.text_loss, 5);
    expect(relativeDifference(gradient, arrays.text_gradient!.data)).toBeLessThan(1e-5);
  });

  it('evaluates as it trains', async () => {
    const { prompt, rows, words, classes, arrays } = truth;
    const prefix = model.behindContexts(prompt);
    const logits = await model.logits({ rows, readouts: classes }, words, prefix);
    expect(relativeDifference(logits, arrays.class_logits!.data)).toBeLessThan(1e-5);
  });

  it.each([
    ['one layer a stage', { layersPerStage: 1 }, 1e-5],
    // Half precision has 11 bits: what is rounded once differs by up to 5e-4.
    ['memory, in half precision', { contextBytes: 15_000 }, 2e-3],
    ['a file', { contextBytes: 0 }, 2e-3],
  ])('gives the same from what was kept: %s', async (_, options, tolerance) => {
    const { prompt, rows, words, classes, arrays } = truth;
    const other = await open(folder, options);
    other.keepContexts(rows.map(({ context }) => context));
    const first = await other.gradient(prompt, [{ rows, readouts: classes }], words);
    const again = await other.gradient(prompt, [{ rows, readouts: classes }], words);
    expect(relativeDifference(first.gradient, arrays.class_gradient!.data)).toBeLessThan(tolerance);
    expect(again).toEqual(first);
    // Open or not, what is on disk has no name: nothing is left of a process that was killed.
    expect(await readdir(join(cacheFolder, 'contexts')).catch(() => [])).toEqual([]);
    await other.close();
  });

  it.each([
    ['as they are', {}],
    ['in half precision', { contextBytes: 15_000 }],
  ])('does not depend on the order in which rows come: %s', async (_, options) => {
    await expectSameInAnyOrder(options, (contexts) => [contexts]);
  });

  it('computes together what was named together, whichever comes first', async () => {
    await expectSameInAnyOrder({ precision: 'int8' }, (contexts) => [
      contexts,
      [contexts.slice(0, 3), contexts.slice(3)],
    ]);
  });

  /** `keep`: what keepContexts is called with. */
  async function expectSameInAnyOrder(
    options: Parameters<typeof open>[1],
    keep: (contexts: RowContext[]) => Parameters<PromptModel['keepContexts']>,
  ): Promise<void> {
    const { prompt, rows, words } = truth;
    const numbers = async (orders: number[][]) => {
      const other = await open(folder, options);
      other.keepContexts(...keep(rows.map(({ context }) => context)));
      for (const order of orders) await other.gradient(prompt, [pick(truth, order)], words);
      const found = await other.gradient(prompt, [pick(truth, [0, 1, 2, 3, 4])], words);
      await other.close();
      return found;
    };
    const before = [
      [4, 2],
      [0, 3, 1],
    ];
    expect(await numbers(before)).toEqual(await numbers([]));
  }

  it('scores branches behind the virtual tokens as if each had been appended alone', async () => {
    const prefix = model.behindContexts(truth.prompt);
    const { context } = truth.rows[1]!;
    const rest = [9, 30];
    const alternatives = [[7, 8], [11], [40, 41, 42]];
    const row = {
      context,
      tokens: Int32Array.from([...rest, ...alternatives.flat()]),
      branches: Int32Array.from([0, 0, ...alternatives.flatMap((ids, i) => ids.map(() => i + 1))]),
    };
    const readouts = [3, 4, 7].map((position) => ({ row: 0, position, target: 20 }));
    const together = await model.logProbabilities({ rows: [row, truth.rows[0]!], readouts }, 'all', prefix);
    for (const [i, ids] of alternatives.entries()) {
      const tokens = Int32Array.from([...rest, ...ids]);
      const alone = {
        rows: [{ context, tokens }],
        readouts: [{ row: 0, position: tokens.length - 1, target: 20 }],
      };
      const [expected] = await model.logProbabilities(alone, 'all', prefix);
      expect(together[i]).toBeCloseTo(expected!, 4);
    }
  });

  it('generates what repeated full passes would', async () => {
    const prefix = model.behindContexts(truth.prompt);
    const rows = truth.rows.slice(0, 3);
    const contexts = rows.map(({ context }) => context);
    const options = { maxTokens: 5, stop: [], contexts };
    const answers = await model.generate(
      rows.map(({ tokens }) => tokens),
      prefix,
      options,
    );
    for (const [r, { tokens: rest, context }] of rows.entries()) {
      const tokens = [...rest];
      for (let i = 0; i < 5; i++) {
        const batch = {
          rows: [{ tokens: Int32Array.from(tokens), context }],
          readouts: [{ row: 0, position: tokens.length - 1, target: 0 }],
        };
        const logits = await model.logits(batch, 'all', prefix);
        tokens.push(logits.indexOf(Math.max(...logits)));
      }
      expect(answers[r]).toEqual(tokens.slice(rest.length));
    }
  });

  it('takes rows whose context is all shared', async () => {
    const { shared } = truth.rows[0]!.context;
    const prefix = model.behindContexts(truth.prompt);
    const tokens = Int32Array.of(7, 9);
    const readouts = [{ row: 0, position: 1, target: 5 }];
    const rows = [{ tokens, context: { shared, own: new Int32Array(0) } }];
    const one = await model.logits({ rows, readouts }, 'all', prefix);
    const other = [{ tokens, context: { shared: new Int32Array(0), own: shared } }];
    expect(
      relativeDifference(one, await model.logits({ rows: other, readouts }, 'all', prefix)),
    ).toBeLessThan(1e-5);
  });
});
