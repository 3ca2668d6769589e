import type { Tokenizer } from '../../src/engine/models/tokenizer';
import type { LabelledRow } from '../../src/engine/task/labelledRow';
import type { Placement, ResolvedTask } from '../../src/protocol/taskFile';

/** One token a character of ASCII: texts and tokens can be read off each other. */
export const characters: Tokenizer = {
  vocabularySize: 128,
  endOfText: 0,
  before: [],
  after: [],
  encode: (text) => Array.from(text, (character) => character.charCodeAt(0) % 128),
  decode: (ids) => String.fromCharCode(...ids.filter((id) => id !== 0)),
  word: (id) => String.fromCharCode(id),
};

/** The same, for a model whose texts begin with a token of their own. */
export const charactersWithBegin: Tokenizer = { ...characters, before: [1] };

export interface SmallTask {
  task: ResolvedTask;
  labels: string[];
  train: LabelledRow[];
  test: LabelledRow[];
}

/** A task over rows of (text, target). */
export function smallTask(
  train: readonly (readonly [text: string, target: string])[],
  changes: Partial<Pick<ResolvedTask, 'target' | 'evaluation' | 'limit'>> & { placement?: Placement } = {},
): SmallTask {
  const target = changes.target ?? { kind: 'label', column: 'label', score: 'first-token' };
  return {
    task: {
      name: 'small',
      file: '/small.softprompt.json',
      model: 'hash',
      data: { train: '/train.csv', split: { validation: 0.1, test: 0.2, seed: 5 } },
      template: 'Text: {text}\nLabel:',
      target,
      limit: changes.limit ?? 64,
      method: {
        kind: 'prompt-tuning',
        virtualTokens: 2,
        init: { from: 'vocabulary' },
        placement: changes.placement ?? 'before',
      },
      training: {
        length: { steps: 1 },
        batch: { rows: 1 },
        learningRate: 0.1,
        warmup: 0,
        decay: 'none',
        weightDecay: 0,
        clip: 1,
        evaluateEvery: 1,
        checkpointEvery: 1,
        seed: 0,
      },
      evaluation: changes.evaluation ?? { fewShot: 4, zeroShot: true },
    },
    labels: target.kind === 'label' ? [...new Set(train.map(([, label]) => label))] : [],
    train: rowsOf(train),
    test: rowsOf(train),
  };
}

export function rowsOf(rows: readonly (readonly [text: string, target: string])[]): LabelledRow[] {
  return rows.map(([text, target], index) => ({
    row: index + 1,
    line: index + 2,
    file: '/train.csv',
    values: { text },
    target,
  }));
}
