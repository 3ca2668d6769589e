import { describe, expect, it } from 'vitest';
import { RunControl } from '../../src/engine/tuning/runControl';
import { type TrainerOptions, train } from '../../src/engine/tuning/trainer';
import { startTraining, type TrainingState } from '../../src/engine/tuning/trainingState';
import type { RunEvent } from '../../src/protocol/runs';
import { countingRows, quadraticModel } from './quadraticModel';

const SETTINGS: TrainerOptions['settings'] = {
  length: { steps: 30 },
  batch: { rows: 3 },
  learningRate: 0.1,
  warmup: 0.1,
  decay: 'linear',
  weightDecay: 0,
  clip: 1,
  evaluateEvery: 10,
  checkpointEvery: 5,
  seed: 0,
};

function setUp(overrides: Partial<TrainerOptions> = {}) {
  const events: RunEvent[] = [];
  const saved: TrainingState[] = [];
  const model = quadraticModel();
  const control = new RunControl();
  model.breathe = control.breathe;
  const options: TrainerOptions = {
    model,
    data: countingRows(11, 3),
    settings: SETTINGS,
    steps: 30,
    state: startTraining(Float32Array.of(9, -2)),
    control,
    validate: async (prompt) => ({ score: -Math.abs(prompt[0]! - 5), loss: 0 }),
    save: async (state) => {
      saved.push(structuredClone(state));
    },
    emit: (event) => events.push(event),
    ...overrides,
  };
  const steps = () => events.filter((event) => event.type === 'step');
  return { options, events, saved, steps, control };
}

const losses = (steps: { loss: number }[]) => steps.map(({ loss }) => loss);

describe('train', () => {
  it('makes all steps, learns, and keeps the best prompt', async () => {
    const { options, steps, saved } = setUp();
    await train(options);
    expect(steps().map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(steps()[0]).toMatchObject({ learningRate: 0, tokens: 3 });
    expect(options.state.prompt[1]!).toBeGreaterThan(-1);
    expect(options.state.best!.step).toBeGreaterThan(0);
    expect(saved.map(({ step }) => step)).toEqual([5, 10, 15, 20, 25, 30]);
    expect(options.state.order).toEqual({ epoch: 7, position: 2 });
  });

  it('validates at the start, at each interval and at the end', async () => {
    const at: number[] = [];
    const { options } = setUp({
      steps: 25,
      validate: async (_, step) => {
        at.push(step);
        return { score: 0, loss: 1 };
      },
    });
    await train(options);
    expect(at).toEqual([0, 10, 20, 25]);
    expect(options.state.best).toMatchObject({ step: 0 });
  });

  it('keeps the best prompt as it was then', async () => {
    let then = new Float32Array();
    const { options } = setUp({
      validate: async (prompt, step) => {
        if (step === 10) then = prompt.slice();
        return { score: step === 10 ? 1 : 0, loss: 0 };
      },
    });
    await train(options);
    expect(options.state.best).toMatchObject({ step: 10, score: 1, prompt: then });
    expect(options.state.prompt).not.toEqual(then);
  });

  it('lets the loss decide between equal scores', async () => {
    const { options } = setUp({ validate: async (_, step) => ({ score: 0.5, loss: step === 20 ? 1 : 2 }) });
    await train(options);
    expect(options.state.best!.step).toBe(20);
  });

  it('gives the same numbers again', async () => {
    const [first, second] = [setUp(), setUp()];
    await train(first.options);
    await train(second.options);
    expect(losses(second.steps())).toEqual(losses(first.steps()));
  });

  it('stops early when validation gets no better, also over a resumption', async () => {
    const validate: TrainerOptions['validate'] = async (_, step) => ({ score: -step, loss: 0 });
    const settings = { ...SETTINGS, evaluateEvery: 5, patience: 3 };
    const whole = setUp({ validate, settings });
    await train(whole.options);
    expect(whole.options.state.step).toBe(15);
    const state = whole.saved.find(({ step }) => step === 10)!;
    const rest = setUp({ validate, settings, state });
    await train(rest.options);
    expect(rest.options.state.step).toBe(15);
  });

  it.each([1, 4, 10, 17, 29])('stopped in step %i and resumed, ends bit for bit the same', async (stopIn) => {
    const whole = setUp();
    await train(whole.options);

    const first = setUp();
    let calls = 0;
    const { gradient } = first.options.model;
    first.options.model.gradient = (...args) => {
      calls += 1;
      if (calls === stopIn) first.control.cancel();
      return gradient(...args);
    };
    await expect(train(first.options)).rejects.toMatchObject({ code: 'cancelled' });
    const checkpoint = first.saved.at(-1)!;
    expect(checkpoint.step).toBe(stopIn - 1);

    const second = setUp({ state: checkpoint });
    await train(second.options);
    expect(second.options.state.prompt).toEqual(whole.options.state.prompt);
    expect(second.options.state.best).toEqual(whole.options.state.best);
    expect(losses([...first.steps(), ...second.steps()])).toEqual(losses(whole.steps()));
  });

  it('stopped while validating, validates again when resumed', async () => {
    const first = setUp();
    first.options.validate = async (_, step) => {
      if (step === 10) first.control.interrupt();
      await first.control.breathe();
      return { score: step, loss: 0 };
    };
    await expect(train(first.options)).rejects.toMatchObject({ code: 'cancelled' });
    expect(first.saved.at(-1)).toMatchObject({ step: 10, validatedAt: 0 });
    const at: number[] = [];
    const second = setUp({
      state: first.saved.at(-1)!,
      validate: async (_, step) => {
        at.push(step);
        return { score: step, loss: 0 };
      },
    });
    await train(second.options);
    expect(at).toEqual([10, 20, 30]);
  });

  it('ends with advice when the loss is not finite, and leaves the checkpoint alone', async () => {
    const { options, saved } = setUp();
    const { gradient } = options.model;
    options.model.gradient = async (...args) => {
      const result = await gradient(...args);
      return options.state.step === 12 ? { ...result, loss: Number.NaN } : result;
    };
    await expect(train(options)).rejects.toMatchObject({
      message: expect.stringContaining('step 13'),
      details: { hint: expect.stringContaining('learningRate (now 0.1)') },
    });
    expect(saved.at(-1)!.step).toBe(10);
  });
});

describe('pause', () => {
  it('holds within one micro-batch, and goes on as if nothing had been', async () => {
    const whole = setUp();
    await train(whole.options);
    const { options, control, steps } = setUp();
    let breaths = 0;
    let breathsInPause = 0;
    options.model.breathe = async () => {
      breaths += 1;
      if (breaths === 8) {
        control.pause();
        setTimeout(() => {
          breathsInPause = breaths;
          control.continue();
        }, 60);
      }
      await control.breathe();
    };
    const told: string[] = [];
    control.onPause = async () => void told.push('paused');
    control.onContinue = async () => void told.push('on');
    await train(options);
    expect(breathsInPause).toBe(8);
    expect(told).toEqual(['paused', 'on']);
    expect(losses(steps())).toEqual(losses(whole.steps()));
    expect(control.pausedTime).toBeGreaterThan(50);
    expect(options.state.seconds.training).toBeLessThan(0.05);
  });

  it('can be cancelled', async () => {
    const { options, control, saved } = setUp();
    control.pause();
    setTimeout(() => control.cancel(), 20);
    await expect(train(options)).rejects.toMatchObject({ code: 'cancelled' });
    expect(control.stopped).toBe('cancelled');
    expect(saved).toHaveLength(1);
  });
});
