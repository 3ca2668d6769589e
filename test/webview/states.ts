import type { RunEvent, RunState, RunSummary } from '../../src/protocol/runs';
import type { Panel } from './harness';
import { failedRun, liveSteps, syntheticRun } from './syntheticRun';

// Every state that a page of a run can be in, as pictures and checks go through them.

const STEPS: Partial<Record<RunState, number>> = { preparing: 0, testing: 80 };

const inState = (state: RunState) => (panel: Panel) =>
  panel.send({ type: 'run', detail: syntheticRun({ state, step: STEPS[state] ?? 48 }) });

export const STATES: Record<string, (panel: Panel) => Promise<void>> = {
  opening: async () => {},
  'no-runs': (panel) => panel.send({ type: 'runs', runs: [] }),
  'fifty-runs': (panel) => panel.send({ type: 'runs', runs: manyRuns(50) }),
  preparing: inState('preparing'),
  'first-steps': (panel) => panel.send({ type: 'run', detail: syntheticRun({ state: 'training', step: 0 }) }),
  training: inState('training'),
  paused: inState('paused'),
  testing: inState('testing'),
  cancelled: inState('cancelled'),
  interrupted: inState('interrupted'),
  resumed: async (panel) => {
    const detail = syntheticRun({ state: 'training', step: 48 });
    const gap = (type: 'paused' | 'resumed', step: number): RunEvent[] => {
      const time = detail.events.find((one) => one.type === 'step' && one.step === step)!.time + 1;
      return type === 'resumed'
        ? [{ type, time, step }]
        : [
            { type: 'state', time, state: 'paused' },
            { type: 'state', time: time + 60_000, state: 'training' },
          ];
    };
    for (const [type, step] of [
      ['paused', 12],
      ['resumed', 30],
    ] as const) {
      const at = detail.events.findIndex((one) => one.type === 'step' && one.step === step);
      detail.events.splice(at + 1, 0, ...gap(type, step));
    }
    await panel.send({ type: 'run', detail });
  },
  alerts: (panel) => panel.send({ type: 'run', detail: troubledRun() }),
  'ten-thousand-steps': async (panel) => {
    const detail = syntheticRun({ state: 'training', step: 0, steps: 20_000 });
    detail.events.push(...liveSteps(1, 10_000));
    await panel.send({ type: 'run', detail });
  },
  tables: async (panel) => {
    await panel.send({ type: 'run', detail: syntheticRun() });
    for (const name of ['Result', 'Training loss', 'Validation accuracy', 'Learning rate', 'Memory'])
      await chooseFromMenu(panel, name, 'Show as table');
  },
  menu: async (panel) => {
    await panel.send({ type: 'run', detail: syntheticRun() });
    await menuOf(panel, 'Training loss').click();
  },
  failed: (panel) => panel.send({ type: 'run', detail: failedRun() }),
  lost: (panel) =>
    panel.send(
      { type: 'run', detail: syntheticRun({ state: 'training' }) },
      { type: 'connection', state: 'lost' },
    ),
  'many-predictions': async (panel) => {
    const { folder, predictions, ...detail } = syntheticRun();
    await panel.send({ type: 'run', detail: { ...detail, folder, predictions: [] } });
    await panel.page.getByRole('tab', { name: /Predictions/ }).click();
    await panel.page.evaluate(
      ([one, few]) => {
        const many = Array.from({ length: 100_000 }, (_, i) => ({
          ...few[i % few.length]!,
          row: i + 1,
          line: i + 2,
        }));
        const data = { type: 'predictions', folder: one, predictions: many, split: 'test', step: 70 };
        window.dispatchEvent(new MessageEvent('message', { data }));
      },
      [folder, predictions] as const,
    );
    await panel.page.locator('.predictions .table-row[data-index="2"]').waitFor();
  },
};

export function menuOf(panel: Panel, chart: string) {
  return panel.page
    .getByRole('region', { name: chart, exact: true })
    .getByRole('button', { name: 'More about this chart' });
}

export async function chooseFromMenu(panel: Panel, chart: string, item: string): Promise<void> {
  await menuOf(panel, chart).click();
  const menu = panel.page.getByRole('region', { name: chart, exact: true }).getByRole('menu');
  await menu.getByText(item).click();
}

/** Halfway through, above neither the hard prompts nor its own beginning, and with steep gradients. */
export function troubledRun() {
  const detail = syntheticRun({ state: 'training', step: 60 });
  detail.record.task.training.learningRate = 0.06;
  detail.events = detail.events.map((event): RunEvent => {
    if (event.type === 'step' && event.step > 25)
      return { ...event, loss: event.loss + (event.step - 25) * 0.06 };
    if (event.type !== 'evaluation' || event.contender !== 'tuned' || event.metrics.kind !== 'label')
      return event;
    const accuracy = 0.4 + (event.step % 3) * 0.02;
    return {
      ...event,
      metrics: { ...event.metrics, accuracy, interval: [accuracy - 0.14, accuracy + 0.15] },
    };
  });
  return detail;
}

const TASKS = ['support', 'reviews-de', 'intent', 'toxicity'];
const ENDS: readonly RunState[] = ['finished', 'finished', 'cancelled', 'finished', 'failed', 'interrupted'];

export function manyRuns(count: number): RunSummary[] {
  return Array.from({ length: count }, (_, i) => {
    const task = TASKS[i % TASKS.length]!;
    const state = i === 0 ? 'training' : ENDS[i % ENDS.length]!;
    const scored = state !== 'failed' && i > 0;
    return {
      id: `${task}-${i}`,
      folder: `/work space/.softprompt/runs/${task}-${i}`,
      task,
      taskFile: `/work space/${task}.softprompt.json`,
      state,
      createdAt: new Date(Date.UTC(2026, 10, 22, 10, 15) - i * 5_400_000).toISOString(),
      step: state === 'training' ? 31 : state === 'finished' ? 80 : 40,
      steps: 80,
      score: scored ? 0.62 + ((i * 37) % 31) / 100 : undefined,
      scoreOn: scored ? (state === 'finished' ? 'test' : 'validation') : undefined,
      baseline: scored ? 0.63 : undefined,
      modelName: i % 3 ? 'SmolLM2-135M-Instruct' : 'Qwen2.5-0.5B-Instruct',
    };
  });
}
