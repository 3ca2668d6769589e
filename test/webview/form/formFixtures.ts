import type { FormProblem, ToForm } from '../../../src/protocol/form';
import type { ResolvedTask } from '../../../src/protocol/taskFile';

// What the extension tells the form of a task, for the tests of the page.

export const TASK = {
  model: 'smollm2-135m-instruct',
  data: 'messages.csv',
  template: 'Message: {text}\nTopic:',
  target: 'label',
  method: { virtualTokens: 8 },
};

const CLASSES = [
  { value: 'billing', count: 150 },
  { value: 'delivery', count: 92 },
  { value: 'account', count: 58 },
];

export const RESOLVED: ResolvedTask = {
  name: 'support',
  file: '/w/support.softprompt.json',
  model: TASK.model,
  data: { train: '/w/messages.csv', split: { validation: 0.1, test: 0.2, seed: 0 } },
  template: TASK.template,
  target: { kind: 'label', column: 'label', score: 'first-token' },
  limit: 512,
  method: {
    kind: 'prompt-tuning',
    virtualTokens: 8,
    init: { from: 'text', text: 'Classify the text as billing, delivery or account.' },
    placement: 'before',
  },
  training: {
    length: { steps: 105 },
    batch: { rows: 16 },
    learningRate: 0.03,
    warmup: 0.06,
    decay: 'linear',
    weightDecay: 0,
    clip: 1,
    evaluateEvery: 11,
    checkpointEvery: 20,
    seed: 0,
    precision: 'auto',
  },
  evaluation: { fewShot: 4, zeroShot: true },
};

export function task(value: unknown = TASK): ToForm {
  return { type: 'task', name: 'support', change: 1_000, value };
}

export function check(problems: FormProblem[] = []): ToForm {
  return {
    type: 'check',
    problems,
    excluded: 2,
    task: RESOLVED,
    rows: { train: 210, validation: 30, test: 60 },
  };
}

export const DATA: ToForm = {
  type: 'data',
  files: {
    train: {
      name: 'messages.csv',
      summary: {
        file: '/w/messages.csv',
        format: 'csv',
        rows: 300,
        columns: [
          {
            name: 'text',
            kind: 'text',
            distinct: 300,
            missing: 0,
            meanLength: 60,
            examples: ['Hi, charged twice'],
          },
          {
            name: 'from',
            kind: 'text',
            distinct: 280,
            missing: 0,
            meanLength: 20,
            examples: ['ann@example.org'],
          },
          {
            name: 'label',
            kind: 'class',
            distinct: 3,
            missing: 0,
            meanLength: 8,
            classes: CLASSES,
            examples: ['billing'],
          },
        ],
        suggested: { target: 'label', template: 'Text: {text}\nLabel:' },
        problems: [],
      },
    },
  },
};

/** Training rows with so many classes. */
export function classesOf(count: number): ToForm {
  const classes = Array.from({ length: count }, (_, i) => ({ value: `card_payment_kind_${i}`, count: 20 }));
  const data = structuredClone(DATA) as Extract<ToForm, { type: 'data' }>;
  if (!data.files.train || !('summary' in data.files.train)) throw new Error('There is a summary.');
  Object.assign(data.files.train.summary.columns.at(-1)!, { classes, distinct: count });
  return data;
}

const model = { place: 'catalogue', architecture: 'llama', kind: 'decoder', parameters: 135e6 } as const;

export const CHOICES: ToForm = {
  type: 'choices',
  datasets: ['archive/old.jsonl', 'messages.csv', 'test.csv'],
  models: [
    {
      ...model,
      name: 'smollm2-135m-instruct',
      inTask: 'smollm2-135m-instruct',
      title: 'SmolLM2 135M Instruct',
      quantisation: 'Q4_1',
      licence: 'Apache-2.0',
      size: 98e6,
      memory: 1.2e9,
      state: 'on-disk',
    },
    {
      ...model,
      name: 'smollm2-360m-instruct',
      inTask: 'smollm2-360m-instruct',
      title: 'SmolLM2 360M Instruct',
      licence: 'Apache-2.0',
      size: 270e6,
      state: 'available',
    },
  ],
};

export const PREVIEW: ToForm = {
  type: 'preview',
  row: 1,
  prompt: {
    row: 1,
    segments: [
      { kind: 'virtual-tokens', count: 8 },
      { kind: 'text', text: 'Message: Hi, I was charged twice for my order of last week\nTopic:' },
    ],
    target: 'billing',
    labelWords: [
      { label: 'account', word: ' account' },
      { label: 'billing', word: ' bill' },
      { label: 'delivery', word: ' delivery' },
    ],
    tokens: 21,
    cutTokens: 0,
  },
};

export const RUNS: ToForm = { type: 'runs', live: false, ended: true, score: 0.914, baseline: 0.72 };

export const ALL: readonly ToForm[] = [
  { type: 'trust', trusted: true },
  task(),
  check(),
  DATA,
  CHOICES,
  PREVIEW,
  RUNS,
];

export const PROBLEMS: FormProblem[] = [
  {
    severity: 'error',
    kind: 'missing-column',
    message: 'The dataset has no column "txt".',
    hint: 'Did you mean "text"?',
    suggestion: 'text',
    path: ['template'],
  },
  {
    severity: 'error',
    kind: 'task-invalid',
    message: '"virtualTokens" must be at least 1.',
    path: ['method', 'virtualTokens'],
  },
];
