import type { RunDetail, RunSummary } from '../../../src/protocol/runs';
import { randomFrom, type SyntheticOptions, syntheticRun, textRun } from '../syntheticRun';

interface Variant extends SyntheticOptions {
  /** Part of the answers that are other ones than the first run's. */
  changed?: number;
  learningRate?: number;
  task?: string;
}

/** Runs of one task on the same test rows, each answering some of them in its own way. */
export function variantOf(
  name: string,
  { changed = 0.1, learningRate, task, ...options }: Variant = {},
): RunDetail {
  const detail = structuredClone(syntheticRun(options));
  const { record } = detail;
  const random = randomFrom(name.charCodeAt(0));
  record.id = `${record.task.name}-${name}`;
  detail.folder = `/work space/.softprompt/runs/${record.id}`;
  record.createdAt = new Date(Date.UTC(2026, 10, 22, 10, name.charCodeAt(0) % 60)).toISOString();
  record.task.training.seed = name.charCodeAt(0) - 65;
  if (learningRate) record.task.training.learningRate = learningRate;
  if (task) record.task.name = task;
  const pace = 1 + 0.12 * record.task.training.seed;
  detail.events = detail.events.map((event) =>
    event.type === 'step' ? { ...event, loss: event.loss * pace, seconds: event.seconds * pace } : event,
  );
  const labels = record.results.tuned?.kind === 'label' ? record.results.tuned.confusion.labels : [];
  for (const one of detail.predictions) {
    if (random() >= changed || labels.length === 0) continue;
    one.predicted = one.correct ? labels[(labels.indexOf(one.expected) + 1) % labels.length]! : one.expected;
    one.correct = one.predicted === one.expected;
  }
  const { tuned } = record.results;
  if (tuned?.kind === 'label') {
    const right = detail.predictions.filter(({ correct }) => correct).length;
    tuned.accuracy = right / detail.predictions.length;
    for (const one of tuned.classes) one.f1 *= 1 - random() * changed;
    tuned.interval = [tuned.accuracy - 0.05, Math.min(1, tuned.accuracy + 0.045)];
  }
  return detail;
}

/** Two runs whose target is free text. */
export function textVariants(): RunDetail[] {
  return ['A', 'B'].map((name) => {
    const detail = structuredClone(textRun());
    const random = randomFrom(name.charCodeAt(0));
    detail.record.id = `reply-${name}`;
    detail.folder = `/work space/.softprompt/runs/${detail.record.id}`;
    detail.record.task.training.seed = name.charCodeAt(0) - 65;
    if (name === 'B') {
      for (const one of detail.predictions)
        if (random() < 0.5) one.predicted = one.expected.split(' ').slice(0, 5).join(' ');
    }
    return detail;
  });
}

export function summaryOf({ folder, record }: RunDetail): RunSummary {
  const { tuned } = record.results;
  return {
    id: record.id,
    folder,
    task: record.task.name,
    taskFile: record.task.file,
    state: record.state,
    createdAt: record.createdAt,
    step: record.steps,
    steps: record.steps,
    score: tuned?.kind === 'label' ? tuned.accuracy : undefined,
    scoreOn: tuned ? 'test' : undefined,
    modelName: record.model.name,
  };
}
