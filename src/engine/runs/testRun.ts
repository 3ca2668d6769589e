import { writePeftAdapter } from '../adapters/peft';
import { splitTuned } from '../compile/classHead';
import { compareContenders } from '../evaluation/compare';
import { nearestWords } from '../evaluation/nearestWords';
import { taskReader } from '../evaluation/taskReader';
import { originalOf } from '../models/catalogue';
import type { TrainingState } from '../tuning/trainingState';
import { writePredictions } from './predictionsFile';
import type { Workbench } from './workbench';

/** The end of a run: the best prompt against the hard prompts on the test rows, and everything that is kept of it. */
export async function testRun(bench: Workbench, { best, seconds }: TrainingState): Promise<void> {
  const { run, prepared, model, tokenizer, opponents, control, options } = bench;
  const clock = performance.now() - control.pausedTime;
  await run.setState('testing');
  const { step, prompt } = best!;
  const hardPrompts = await opponents.choose();
  const { predictions, ...compared } = await compareContenders(
    model,
    tokenizer,
    prepared,
    prompt,
    prepared.test,
    hardPrompts,
    {
      onPhase: (phase, done, total) => run.tellPhase(phase, done, total),
      onResult: (contender, metrics) =>
        run.emit({ type: 'evaluation', time: Date.now(), step, split: 'test', contender, metrics }),
    },
  );
  run.tellPhase('looking up nearest words');
  const words = await nearestWords(model, tokenizer, partsOf(bench, prompt).prompt);
  await writePredictions(run.files.predictions, predictions);
  const evaluation = seconds.evaluation + (performance.now() - control.pausedTime - clock) / 1000;
  const total = run.record.seconds?.total ?? 0;
  await run.update({
    ...compared,
    nearestWords: words,
    seconds: { training: seconds.training, evaluation, total },
  });
  options.onPredictions?.({ split: 'test', step, predictions });
}

/** Writes adapter/ with the best prompt so far, and says so in run.json. */
export async function keepAdapter(
  bench: Workbench,
  { step, score, prompt }: NonNullable<TrainingState['best']>,
): Promise<void> {
  const { run, prepared, source } = bench;
  const { method, model } = prepared.task;
  await writePeftAdapter(run.files.adapter, {
    ...partsOf(bench, prompt),
    virtualTokens: method.virtualTokens,
    baseModel: originalOf(model),
    model: source.config,
    init: method.init,
    placement: method.placement,
  });
  await run.update({ best: { step, score } });
}

function partsOf({ prepared, tokenizer, model }: Workbench, tuned: Float32Array) {
  return splitTuned(tuned, model.config, taskReader(prepared, tokenizer).trainedClasses);
}
