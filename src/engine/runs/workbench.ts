import type { PromptModel } from '../compile/promptModel';
import type { Checkpoint as ModelFiles } from '../models/checkpoint';
import type { Tokenizer } from '../models/tokenizer';
import type { PreparedTask } from '../task/prepareTask';
import type { RunControl } from '../tuning/runControl';
import type { LiveRun } from './liveRun';
import type { Opponents } from './opponents';
import type { RunOptions } from './runOptions';

/** A run in hand: what its stages share. */
export interface Undertaking {
  run: LiveRun;
  prepared: PreparedTask;
  source: ModelFiles;
  control: RunControl;
  options: RunOptions;
}

/** The undertaking once the model is compiled. */
export interface Workbench extends Undertaking {
  model: PromptModel;
  tokenizer: Tokenizer;
  opponents: Opponents;
}
