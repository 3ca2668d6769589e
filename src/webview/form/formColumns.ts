import { readTarget } from './changes';
import type { FormModel } from './formModel';

/** The column that is predicted now, also where the task leaves it to be guessed. */
export function predicted(model: FormModel): string | undefined {
  const train = model.data.train;
  const guessed = train && 'summary' in train ? train.summary.suggested?.target : undefined;
  return readTarget(model.task.value).column ?? model.resolved?.target.column ?? guessed;
}

/** The columns of the training file, as far as it can be read. */
export function columnsOf({ data }: FormModel) {
  return data.train && 'summary' in data.train ? data.train.summary.columns : [];
}
