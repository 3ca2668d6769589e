import {
  type Contender,
  headlineScore,
  type LabelMetrics,
  type TextMetrics,
} from '../../src/protocol/metrics';
import type { ModelKind } from '../../src/protocol/models';
import type { PredictionRecord, RunDetail, RunEvent, RunRecord, RunState } from '../../src/protocol/runs';

// Runs made up for looking at the page: every number follows from the seed, and they fit each other as in a real run.

const START = Date.UTC(2026, 10, 22, 10, 15, 30);
const LABELS = ['account', 'billing', 'delivery', 'product_question', 'returns', 'technical_problem'];

const TEXTS: Record<string, string[]> = {
  account: [
    'cant log in anymore since the mail adress changed, reset link goes to the old one',
    'How do I close my account and have my data removed?',
    'Please merge the two logins I have, one with Google and one with my work e-mail.',
  ],
  billing: [
    "I keep being billed for a box I paused in March. Three months, three charges, 54 in sum. I've written twice.",
    'The invoice shows 19 % VAT but we are a company in Austria, can you correct that?',
    'why two charges on my card for order 88231',
  ],
  delivery: [
    'Parcel says delivered, but neither I nor the neighbours have it. "Left in a safe place", which one?',
    "shipped to my ex's adress, can u get it back",
    'Is there a way to have it brought on Saturday? I work shifts.',
  ],
  product_question: [
    'Does the 2 litre kettle fit on the old base, the one with the round connector?',
    'Are the beans in the winter blend washed or natural?',
    'hi, whats the difference between the S and the M frame, I am 171',
  ],
  returns: [
    'The jacket is lovely but too wide, I would like to send it back and take a 48 instead.',
    'wanted to exchange: label does not print, do i need a printer for this??',
    'Thirty days are over by two. Any chance? It was a present and she only opened it now.',
  ],
  technical_problem: [
    'App closes itself as soon as I open the scanner, since the update on Tuesday (Android 15).',
    'Error E07 blinking, I did the reset, twice, still blinking.',
    'The website says my basket is empty when I come back from PayPal',
  ],
};

/** mulberry32: small, seeded, good enough to draw pictures with. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface SyntheticOptions {
  state?: RunState;
  /** Steps done. */
  step?: number;
  steps?: number;
  rows?: number;
  labels?: string[];
  seed?: number;
}

/** A run with classes, in any state. */
export function syntheticRun(options: SyntheticOptions = {}): RunDetail {
  const { state = 'finished', steps = 80, rows = 140, labels = LABELS, seed = 7 } = options;
  const step = options.step ?? (state === 'preparing' ? 0 : state === 'training' ? 48 : steps);
  const random = randomFrom(seed);
  const events = trainingEvents({ state, step, steps, random, labels });
  const tested = state === 'finished';
  const predictions = tested ? makePredictions(rows, labels, random) : [];
  const record = makeRecord(state, steps, labels);
  if (tested) {
    record.results = {
      tuned: scored(predictions, labels, (one) => one.predicted),
      'few-shot': scored(predictions, labels, (one) => one.baseline!.predicted),
      'zero-shot': scored(predictions, labels, (one) =>
        one.row % 9 === 0 ? labels[0]! : one.baseline!.predicted,
      ),
    };
    record.seconds = { training: 171, evaluation: 38, total: 224 };
    record.nearestWords = nearestWords(random);
    record.endedAt = new Date(START + 224_000).toISOString();
  }
  record.best = bestOf(events);
  record.hardPrompts = tested ? hardPrompts() : undefined;
  const validation = lastValidation(events, labels);
  const folder = `/work space/.softprompt/runs/${record.id}`;
  return { folder, record, events, predictions, ...(validation && { validation }) };
}

function hardPrompts(): RunRecord['hardPrompts'] {
  const examples = ['returns', 'billing', 'delivery', 'account'].map((target, index) => ({
    row: 3 + 7 * index,
    values: { text: TEXTS[target]![0]! },
    target,
  }));
  return { 'zero-shot': { scoring: 'whole-label' }, 'few-shot': { scoring: 'whole-label-mean', examples } };
}

const VALIDATION_ROWS = 42;

/** The validation rows at the last validation, as many right as it says; with the figures of each class there. */
export function lastValidation(events: readonly RunEvent[], labels: string[]): RunDetail['validation'] {
  const at = events.findLastIndex(
    (event) => event.type === 'evaluation' && event.contender === 'tuned' && event.split === 'validation',
  );
  const event = events[at];
  if (event?.type !== 'evaluation' || event.metrics.kind !== 'label') return undefined;
  const right = Math.round(event.metrics.accuracy * VALIDATION_ROWS);
  const random = randomFrom(event.step + 5);
  // The same rows at each validation; only their answers differ.
  const predictions = makePredictions(VALIDATION_ROWS, labels, randomFrom(5)).map((one, index) => {
    // 17 and 42 have no common divisor: each row has a rank of its own.
    const correct = (index * 17 + event.step) % VALIDATION_ROWS < right;
    const other = labels[(labels.indexOf(one.expected) + 1) % labels.length]!;
    const predicted = correct ? one.expected : other;
    const before = random() < 0.15 ? !correct : correct;
    const confidence = 0.4 + random() * 0.55;
    return {
      ...one,
      file: '/work space/support/train.csv',
      row: 3 + index * 9,
      line: 4 + index * 9,
      correct,
      predicted,
      confidence,
      loss: correct ? -Math.log(confidence) : 1 + random() * 2,
      probabilities: probabilities(labels, predicted, confidence, random),
      previous: event.step > 0 ? { predicted: before ? one.expected : other, correct: before } : undefined,
      baseline: { ...one.baseline!, contender: 'zero-shot' as const },
    };
  });
  const { classes, confusion, macroF1 } = scored(predictions, labels, (one) => one.predicted);
  event.metrics = { ...event.metrics, classes, confusion, macroF1 };
  return { step: event.step, predictions };
}

function bestOf(events: RunEvent[]): RunRecord['best'] {
  let best: RunRecord['best'];
  for (const event of events) {
    if (event.type !== 'evaluation' || event.contender !== 'tuned' || event.step === 0) continue;
    const score = headlineScore(event.metrics);
    if (!best || score > best.score) best = { step: event.step, score };
  }
  return best;
}

/** The run stopped by an error in the data. */
export function failedRun(): RunDetail {
  const detail = syntheticRun({ state: 'failed', step: 31 });
  detail.record.error = {
    code: 'data-invalid',
    message: 'The label of row 214 is empty, and no label word can stand for an empty label.',
    place: { file: '/work space/support/train.csv', line: 231, row: 214, column: 12 },
    hint: 'Fill the label in or remove the row, then resume the run.',
  };
  return detail;
}

/** A run of another kind of model: `tuned` values where a class head is among them. */
export function runOf(
  kind: ModelKind,
  task: Partial<RunRecord['task']>,
  model: Partial<RunRecord['model']> = {},
): RunDetail {
  const detail = syntheticRun();
  const { record } = detail;
  record.task = { ...record.task, ...task };
  record.model = { ...record.model, architecture: 'bert', kind, ...model };
  return detail;
}

/** A run whose target is free text. */
export function textRun(): RunDetail {
  const random = randomFrom(11);
  const detail = syntheticRun({ labels: ['a', 'b'] });
  const { record } = detail;
  record.task = {
    ...record.task,
    name: 'reply',
    template: 'Customer: {text}\nOrder: {order}\nReply:',
    target: { kind: 'text', column: 'reply', maxTokens: 48 },
  };
  record.labelWords = undefined;
  const metrics = (wordF1: number, exactMatch: number): TextMetrics => ({
    kind: 'text',
    rows: 60,
    loss: 1.2 - wordF1,
    wordF1,
    exactMatch,
    interval: wilson(Math.round(exactMatch * 60), 60),
  });
  record.results = {
    tuned: metrics(0.624, 0.217),
    'few-shot': metrics(0.471, 0.083),
    'zero-shot': metrics(0.288, 0.017),
  };
  detail.events = detail.events.map((event) =>
    event.type === 'evaluation' && event.metrics.kind === 'label'
      ? { ...event, metrics: metrics(event.metrics.accuracy * 0.65, event.metrics.accuracy * 0.2) }
      : event,
  );
  const replies = [
    'Sorry for that! I have sent a new label by e-mail.',
    'Thanks for asking: yes, Saturday delivery is possible from 9 to 13.',
    'We have refunded the second charge, it is back within five days.',
  ];
  detail.predictions = Array.from({ length: 60 }, (_, index) => {
    const expected = replies[index % 3]!;
    const correct = random() < 0.22;
    return {
      row: index + 1,
      line: index + 2,
      file: '/work space/reply/test.csv',
      text: `Customer: ${Object.values(TEXTS).flat()[index % 18]}`,
      expected,
      predicted: correct ? expected : replies[(index + 1) % 3]!.replace('!', ', we are'),
      correct,
      confidence: 0.3 + random() * 0.5,
      loss: 0.2 + random() * 1.4,
      baseline: {
        contender: 'few-shot' as const,
        predicted: 'Hello, thank you for your message.',
        correct: false,
      },
      cutTokens: 0,
    };
  });
  return detail;
}

/** Steps as they come in while training, from the given one on. */
export function liveSteps(from: number, count: number, seed = 3): RunEvent[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, index) => stepEvent(from + index, from + count, random));
}

function trainingEvents({
  state,
  step,
  steps,
  random,
  labels,
}: {
  state: RunState;
  step: number;
  steps: number;
  random: () => number;
  labels: string[];
}): RunEvent[] {
  const events: RunEvent[] = [
    { type: 'state', time: START, state: 'preparing' },
    { type: 'phase', time: START + 200, phase: 'reading data', done: 420, total: 420 },
    { type: 'phase', time: START + 900, phase: 'loading model', done: 98_400_000, total: 98_400_000 },
    {
      type: 'phase',
      time: START + 4_000,
      phase: 'scoring zero-shot',
      done: state === 'preparing' ? 19 : 42,
      total: 42,
    },
  ];
  if (state === 'preparing') return events;
  events.push(
    evaluation(0, 'zero-shot', 0.452, random, labels),
    evaluation(0, 'few-shot', 0.595, random, labels),
    evaluation(0, 'tuned', 0.429, random, labels),
    {
      type: 'notice',
      time: START + 5_000,
      message: '3 of 423 rows were left out: 2 without a label, 1 with too many columns.',
      hint: 'They are listed in the Problems view.',
    },
    {
      type: 'notice',
      time: START + 5_000,
      message:
        'The hard prompts are scored by the whole label, length-normalised: the better of two ways on the training rows.',
    },
    { type: 'state', time: START + 6_000, state: 'training' },
  );
  for (let one = 1; one <= step; one++) {
    events.push(stepEvent(one, steps, random));
    if (one % 10 === 0)
      events.push(evaluation(one, 'tuned', accuracyAt(one / steps, random), random, labels));
  }
  const end = START + 8_000 + step * 2_130;
  if (state !== 'training') events.push({ type: 'state', time: end, state });
  if (state === 'testing') {
    events.push({ type: 'phase', time: end + 100, phase: 'testing tuned', done: 64, total: 140 });
  }
  return events;
}

function stepEvent(step: number, steps: number, random: () => number): RunEvent {
  const progress = step / steps;
  const noise = (random() + random() + random() - 1.5) * 0.42;
  return {
    type: 'step',
    time: START + 8_000 + step * 2_130,
    step,
    loss: Math.max(0.03, 0.24 + 1.62 * Math.exp(-5.2 * progress) + noise * (0.25 + Math.exp(-4 * progress))),
    learningRate: 0.03 * (1 - 0.9 * progress),
    gradientNorm: 0.4 + random(),
    tokens: 480 + Math.round(random() * 120),
    seconds: 1.9 + random() * 0.4,
    memory: 1.42e9 + 1.1e8 * (1 - Math.exp(-step / 6)) + (step % 7) * 2e6,
  };
}

function accuracyAt(progress: number, random: () => number): number {
  return 0.43 + 0.49 * (1 - Math.exp(-4.5 * progress)) + (random() - 0.5) * 0.06;
}

function evaluation(
  step: number,
  contender: Contender,
  accuracy: number,
  random: () => number,
  labels: string[],
): RunEvent {
  const rows = 42;
  const right = Math.min(rows, Math.round(accuracy * rows));
  return {
    type: 'evaluation',
    time: START + 8_500 + step * 2_130,
    step,
    split: 'validation',
    contender,
    metrics: {
      kind: 'label',
      rows,
      loss: 1.7 - 1.4 * accuracy + random() * 0.05,
      accuracy: right / rows,
      interval: wilson(right, rows),
      macroF1: accuracy * 0.97,
      classes: [],
      confusion: { labels, counts: [] },
    },
  };
}

function makePredictions(rows: number, labels: string[], random: () => number): PredictionRecord[] {
  return Array.from({ length: rows }, (_, index) => {
    const expected = labels[Math.floor(random() * labels.length)]!;
    const near = labels[(labels.indexOf(expected) + 1 + Math.floor(random() * 2)) % labels.length]!;
    const correct = random() < 0.907;
    const predicted = correct ? expected : near;
    const confidence = correct ? 0.62 + random() * 0.37 : 0.34 + random() * 0.4;
    const baselineRight = random() < (correct ? 0.7 : 0.35);
    const texts = TEXTS[expected] ?? Object.values(TEXTS).flat();
    return {
      row: index + 1,
      line: index + 2,
      file: '/work space/support/test.csv',
      text: texts[Math.floor(random() * texts.length)]!,
      expected,
      predicted,
      correct,
      confidence,
      loss: correct ? -Math.log(confidence) : 1 + random() * 2.4,
      probabilities: rows > 1000 ? undefined : probabilities(labels, predicted, confidence, random),
      baseline: { contender: 'few-shot', predicted: baselineRight ? expected : near, correct: baselineRight },
      cutTokens: index % 47 === 5 ? 12 : 0,
    };
  });
}

function probabilities(labels: string[], predicted: string, confidence: number, random: () => number) {
  const others = labels
    .filter((label) => label !== predicted)
    .map((label) => [label, random() ** 2] as const);
  const sum = others.reduce((total, [, weight]) => total + weight, 0);
  return Object.fromEntries([
    [predicted, confidence],
    ...others.map(([label, weight]) => [label, ((1 - confidence) * weight) / sum]),
  ]) as Record<string, number>;
}

function scored(
  predictions: PredictionRecord[],
  labels: string[],
  answer: (one: PredictionRecord) => string,
): LabelMetrics {
  const position = new Map(labels.map((label, index) => [label, index]));
  const counts = labels.map(() => labels.map(() => 0));
  for (const one of predictions) counts[position.get(one.expected)!]![position.get(answer(one))!]!++;
  const total = (row: number[]) => row.reduce((sum, count) => sum + count, 0);
  const right = total(labels.map((_, i) => counts[i]![i]!));
  const classes = labels.map((label, i) => {
    const support = total(counts[i]!);
    const given = total(counts.map((row) => row[i]!));
    const precision = given ? counts[i]![i]! / given : 0;
    const recall = support ? counts[i]![i]! / support : 0;
    const f1 = precision + recall ? (2 * precision * recall) / (precision + recall) : 0;
    return { label, precision, recall, f1, support };
  });
  return {
    kind: 'label',
    rows: predictions.length,
    loss: 0.31,
    accuracy: right / predictions.length,
    interval: wilson(right, predictions.length),
    macroF1: total(classes.map(({ f1 }) => f1)) / labels.length,
    classes,
    confusion: { labels, counts },
  };
}

function wilson(right: number, rows: number): [number, number] {
  const z = 1.959964;
  const p = right / rows;
  const centre = (p + (z * z) / (2 * rows)) / (1 + (z * z) / rows);
  const half = (z * Math.sqrt((p * (1 - p)) / rows + (z * z) / (4 * rows * rows))) / (1 + (z * z) / rows);
  return [centre - half, centre + half];
}

function nearestWords(random: () => number): NonNullable<RunRecord['nearestWords']> {
  const words =
    ' Classify, message, support,:, customer, category, one, of, refund, question, invoice,\n, please, order, ship, which'.split(
      ',',
    );
  return Array.from({ length: 20 }, (_, token) => ({
    token,
    nearest: Array.from({ length: 5 }, (_, rank) => ({
      word: words[(token * 3 + rank * 5) % words.length]!,
      similarity: 0.82 - rank * 0.07 - random() * 0.2,
    })),
  }));
}

function makeRecord(state: RunState, steps: number, labels: string[]): RunRecord {
  return {
    version: 1,
    id: 'support-2026-11-22T10-15-30',
    state,
    createdAt: new Date(START).toISOString(),
    softprompt: '0.1.0',
    task: {
      name: 'support',
      file: '/work space/support/support.softprompt.json',
      model: 'smollm2-135m-instruct',
      data: {
        train: '/work space/support/train.csv',
        test: '/work space/support/test.csv',
        split: { validation: 0.1, test: 0.2, seed: 0 },
      },
      template: 'Message: {text}\nCategory:',
      target: { kind: 'label', column: 'label', score: 'first-token' },
      limit: 256,
      method: {
        kind: 'prompt-tuning',
        virtualTokens: 20,
        init: { from: 'text', text: 'Classify the message of a customer.' },
        placement: 'before',
      },
      training: {
        length: { steps },
        batch: { rows: 16 },
        learningRate: 0.03,
        warmup: 0.06,
        decay: 'linear',
        weightDecay: 0.01,
        clip: 1,
        evaluateEvery: 10,
        patience: 6,
        checkpointEvery: 10,
        seed: 0,
      },
      evaluation: { fewShot: 6, zeroShot: true },
    },
    model: {
      name: 'SmolLM2-135M-Instruct',
      path: '/models/smollm2-135m-instruct-q8_0.gguf',
      hash: 'sha256:5a1395716f7913741cc51d98581b9b1228d80987a9f7d3664106742eb06bba83',
      parameters: 134_515_008,
      hiddenSize: 576,
      layers: 30,
    },
    data: {
      hashes: {
        '/work space/support/train.csv': 'sha256:aa24f26f0c95e1d1ad7f3a1a3f8f7a5f',
        '/work space/support/test.csv': 'sha256:0bd1c98f11ce5b7ad7aa3c2f7f1f0c11',
      },
      rows: { train: 378, validation: 42, test: 140 },
      leftOut: { count: 3, reasons: { 'without a label': 2, 'too many columns': 1 } },
      cutRows: 2,
    },
    labelWords: labels.map((label, index) => ({
      label,
      word: ` ${label.split('_')[0]}`,
      tokens: [1200 + 37 * index],
    })),
    device: {
      platform: 'linux x64',
      cpu: 'Intel Xeon',
      threads: 2,
      precision: 'int8',
      precisionReason: '1.9 times as fast as float32 here',
      int8Speed: 1.9,
    },
    steps,
    results: {},
  };
}
