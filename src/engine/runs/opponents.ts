import type { PredictionRecord } from '../../protocol/runs';
import type { PromptModel } from '../compile/promptModel';
import { chooseFewShot, chooseZeroShot, evaluateHardPrompt, type HardPrompt } from '../evaluation/baselines';
import { withBaseline } from '../evaluation/evaluate';
import type { Evaluation } from '../evaluation/evaluation';
import type { Tokenizer } from '../models/tokenizer';
import type { PreparedTask } from '../task/prepareTask';
import type { LiveRun } from './liveRun';

/** The hard prompts that a run's soft prompt has to beat, chosen when they are first needed. */
export class Opponents {
  private zeroShot: HardPrompt | null | undefined;
  /** Of zero-shot, on the validation rows. */
  private validated: Evaluation | undefined;

  constructor(
    private readonly run: LiveRun,
    private readonly model: PromptModel,
    private readonly tokenizer: Tokenizer,
    private readonly prepared: PreparedTask,
  ) {}

  /** Zero-shot on the validation rows, once in a run: the line to beat in the chart. */
  async validateZeroShot(): Promise<void> {
    const { run, model, tokenizer, prepared } = this;
    if (this.zeroShot !== undefined) return;
    const zeroShot = await this.chooseZeroShot();
    if (!zeroShot) return;
    this.validated = await evaluateHardPrompt(model, tokenizer, prepared, zeroShot, prepared.validation, {
      onProgress: (done, total) => run.tellPhase('validating zero-shot', done, total),
    });
    const { contender } = zeroShot;
    const { metrics } = this.validated;
    run.emit({ type: 'evaluation', time: Date.now(), step: 0, split: 'validation', contender, metrics });
  }

  /** The tuned prompt's answers to the validation rows, beside zero-shot's once they are known. */
  besideZeroShot(predictions: readonly PredictionRecord[]): readonly PredictionRecord[] {
    return this.validated ? withBaseline(predictions, 'zero-shot', this.validated) : predictions;
  }

  /** All of them, ready for the test. */
  async choose(): Promise<HardPrompt[]> {
    const { run, model, tokenizer, prepared } = this;
    const zeroShot = this.zeroShot === undefined ? await this.chooseZeroShot() : this.zeroShot;
    const fewShot = await chooseFewShot(model, tokenizer, prepared, {
      onProgress: (done, total) => run.tellPhase('choosing few-shot examples', done, total),
      onNotice: (message) => run.notice(message),
    });
    if (fewShot) run.notice(fewShot.notice);
    return [zeroShot, fewShot].filter((hardPrompt) => hardPrompt !== null);
  }

  private async chooseZeroShot(): Promise<HardPrompt | null> {
    const { run, model, tokenizer, prepared } = this;
    const chosen = await chooseZeroShot(model, tokenizer, prepared, {
      onProgress: (done, total) => run.tellPhase('scoring zero-shot', done, total),
    });
    if (chosen) run.notice(chosen.notice);
    this.zeroShot = chosen;
    return chosen;
  }
}
