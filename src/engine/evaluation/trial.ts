import type { TrialAnswer } from '../../protocol/requests';
import { splitTuned } from '../compile/classHead';
import { readPredictions } from '../runs/predictionsFile';
import { runFiles } from '../runs/runFolder';
import { placedPrompt, type Setting, tunedScoring } from './evaluate';
import { answerLabels, type LabelScoring, probabilitiesByLabel } from './labelAnswers';
import { type EngineOptions, openRun } from './openRun';
import { similarityHead } from './similarityHead';
import { type ReadRow, TaskReader } from './taskReader';
import { writeAnswers } from './textAnswers';

const UNTUNED: Pick<Setting, 'prefix' | 'tokens' | 'context'> = { prefix: null };

/** A run's best prompt, kept open to be tried on one row after another. */
export interface Trial {
  /** The template's columns: what `predict` wants values for. */
  readonly columns: readonly string[];
  predict(values: Record<string, string>): Promise<TrialAnswer>;
  close(): Promise<void>;
}

export async function openTrial(folder: string, options: EngineOptions): Promise<Trial> {
  const { record, model, tokenizer, prompt, close } = await openRun(folder, options);
  // The dataset may be gone: the record knows the labels, and the predictions what targets look like.
  const known = record.task.target.kind === 'text' ? await readPredictions(runFiles(folder).predictions) : [];
  const reader = new TaskReader(
    {
      task: record.task,
      labels: record.labelWords?.map(({ label }) => label) ?? [],
      train: known.map(({ expected }) => ({ target: expected })),
    },
    tokenizer,
  );
  const parts = splitTuned(prompt, model.config, reader.trainedClasses);
  const placed = await placedPrompt(model, reader, parts.prompt);
  const labelHead =
    reader.trainedClasses === undefined ? undefined : await similarityHead(model, tokenizer, reader.labels);
  const answer = async (read: ReadRow, tuned: boolean, scoring: LabelScoring) => {
    const { prefix, tokens, context } = tuned ? placed : UNTUNED;
    const rows = [tokens?.(read) ?? read.tokens];
    const contexts = context && [context(read)];
    if (reader.kind === 'text') {
      const [predicted] = await writeAnswers(model, tokenizer, reader, rows, prefix, { contexts });
      return { predicted: predicted! };
    }
    const [found] = await answerLabels(model, reader.labels, rows, prefix, scoring, {
      place: reader.place,
      head: tuned ? parts.head : labelHead,
      contexts,
    });
    return {
      predicted: reader.labels[found!.predicted]!.label,
      probabilities: probabilitiesByLabel(found!, reader.labels),
    };
  };
  return {
    columns: reader.columns,
    async predict(values) {
      const start = performance.now();
      const read = reader.read({ row: 1, line: 1, file: record.task.file, values, target: '' });
      const tuned = await answer(read, true, tunedScoring(record));
      const milliseconds = performance.now() - start;
      // Without training, the label as a whole says more than the one token that training would have given its meaning.
      const zeroShot = await answer(read, false, reader.answersAtOnce ? 'label-words' : 'whole-label');
      return { tuned, zeroShot, milliseconds };
    },
    close,
  };
}
