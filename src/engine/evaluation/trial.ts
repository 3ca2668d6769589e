import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { TrialAnswer, TriedPrompt } from '../../protocol/requests';
import type { RunRecord } from '../../protocol/runs';
import { splitTuned } from '../compile/classHead';
import type { PromptModel } from '../compile/promptModel';
import { readPredictions } from '../runs/predictionsFile';
import { runFiles } from '../runs/runFolder';
import type { LabelledRow } from '../task/labelledRow';
import { prepareResolvedTask } from '../task/prepareTask';
import { RunControl } from '../tuning/runControl';
import { drawExamples, fewShotChance } from './baselines';
import { placedPrompt, type Setting, tunedScoring } from './evaluate';
import { examplesBefore } from './fewShotExamples';
import { candidateOf, instructionBefore } from './hardCandidate';
import { answerLabels, probabilitiesByLabel } from './labelAnswers';
import { type EngineOptions, type OpenRun, openRun } from './openRun';
import { similarityHead } from './similarityHead';
import { type ReadRow, TaskReader } from './taskReader';
import { writeAnswers } from './textAnswers';

export interface AskOptions {
  /** Aborted to stop in the middle of an answer: rejects with SoftpromptError('cancelled'). */
  signal?: AbortSignal;
  /** Hears free text as it is written: all of it so far. */
  onText?: (text: string) => void;
}

/** A run's best prompt, kept open to be tried on one row after another, beside hard prompts on the same model. */
export interface Trial {
  /** The template's columns: what `answer` wants values for. */
  readonly columns: readonly string[];
  /** Throws SoftpromptError: `task-invalid` where the run has no such prompt, or the model no room for it. */
  answer(values: Record<string, string>, prompt: TriedPrompt, options?: AskOptions): Promise<TrialAnswer>;
  close(): Promise<void>;
}

export async function openTrial(folder: string, options: EngineOptions): Promise<Trial> {
  const run = await openRun(folder, options);
  const { record, model, tokenizer } = run;
  const reader = await readerOf(folder, run);
  /** What was asked last stays read: keys and values of its beginning are used again for the next row. */
  const settings = new Map<string, Setting>();
  const settingOf = async (prompt: TriedPrompt): Promise<Setting> => {
    const key = JSON.stringify(prompt);
    const known = settings.get(key);
    if (known) return known;
    const setting =
      prompt.kind === 'tuned' ? await tunedSetting(run, reader) : await hardSetting(run, reader, prompt);
    // Of one's own instructions only the last one is kept.
    if (prompt.kind === 'own')
      for (const old of settings.keys()) if (old.includes('"own"')) settings.delete(old);
    settings.set(key, setting);
    return setting;
  };

  async function ask(read: ReadRow, setting: Setting, onText: AskOptions['onText']) {
    const { prefix, tokens, context, head, scoring } = setting;
    const rows = [tokens?.(read) ?? read.tokens];
    const contexts = context && [context(read)];
    if (reader.kind === 'text') {
      const written = onText && ((_: number, text: string) => onText(text));
      const [predicted] = await writeAnswers(model, tokenizer, reader, rows, prefix, {
        contexts,
        onText: written,
      });
      return { predicted: predicted! };
    }
    const place = { place: reader.place, head, contexts };
    const [found] = await answerLabels(model, reader.labels, rows, prefix, scoring, place);
    return {
      predicted: reader.labels[found!.predicted]!.label,
      probabilities: probabilitiesByLabel(found!, reader.labels),
    };
  }

  return {
    columns: reader.columns,
    async answer(values, prompt, { signal, onText } = {}) {
      const control = new RunControl();
      if (signal?.aborted) control.cancel();
      signal?.addEventListener('abort', () => control.cancel(), { once: true });
      model.breathe = control.breathe;
      try {
        const setting = await settingOf(prompt);
        const start = performance.now();
        const read = reader.read({ row: 1, line: 1, file: record.task.file, values, target: '' });
        if (prompt.kind !== 'tuned') checkRoom(run, reader, setting, read);
        const answer = await ask(read, setting, onText);
        return { ...answer, milliseconds: performance.now() - start, cutTokens: read.cutTokens };
      } finally {
        model.breathe = null;
      }
    },
    close: run.close,
  };
}

/** The dataset may be gone: the record knows the labels, and the predictions what targets look like. */
async function readerOf(folder: string, { record, tokenizer }: OpenRun): Promise<TaskReader> {
  const known = record.task.target.kind === 'text' ? await readPredictions(runFiles(folder).predictions) : [];
  return new TaskReader(
    {
      task: record.task,
      labels: record.labelWords?.map(({ label }) => label) ?? [],
      train: known.map(({ expected }) => ({ target: expected })),
    },
    tokenizer,
  );
}

async function tunedSetting({ record, model, prompt }: OpenRun, reader: TaskReader): Promise<Setting> {
  const parts = splitTuned(prompt, model.config, reader.trainedClasses);
  return {
    ...(await placedPrompt(model, reader, parts.prompt)),
    head: parts.head,
    scoring: tunedScoring(record),
  };
}

async function hardSetting(
  { record, model, tokenizer }: OpenRun,
  reader: TaskReader,
  prompt: Exclude<TriedPrompt, { kind: 'tuned' }>,
): Promise<Setting> {
  const chosen = record.hardPrompts;
  // Without training, the label as a whole says more than the one token that training would have given its meaning.
  const usual = reader.answersAtOnce ? 'label-words' : 'whole-label';
  const head =
    reader.trainedClasses === undefined ? undefined : await similarityHead(model, tokenizer, reader.labels);
  const instruction = prompt.kind === 'own' ? prompt.text : '';
  if (prompt.kind === 'few-shot') {
    const few = chosen?.['few-shot'];
    const file = record.task.file;
    const rows = few?.examples
      ? few.examples.map((example) => ({ ...example, line: 1, file }))
      : await untestedExamples(record, model, reader);
    const candidate = await candidateOf(model, examplesBefore(rows, reader, tokenizer));
    return { ...candidate, scoring: few?.scoring ?? usual };
  }
  const scoring = chosen?.['zero-shot']?.scoring ?? usual;
  if (instruction.trim() === '') return { prefix: null, head, scoring };
  const candidate = await candidateOf(model, instructionBefore(instruction, reader, tokenizer));
  return { ...candidate, head, scoring };
}

/** The test has not chosen any yet: the first examples that it will draw from the training rows. */
async function untestedExamples(
  record: RunRecord,
  model: PromptModel,
  reader: TaskReader,
): Promise<LabelledRow[]> {
  const { task } = record;
  if (reader.trainedClasses !== undefined || task.evaluation.fewShot === 0) {
    throw new SoftpromptError('task-invalid', l10n`This run has no few-shot prompt.`, {
      hint:
        reader.trainedClasses === undefined
          ? l10n`Its task has "fewShot": 0.`
          : l10n`An encoder without head learns nothing from examples before a row.`,
    });
  }
  const { train, test } = await prepareResolvedTask(task, {});
  // What the run was not tuned on is not an answer that it knows.
  const known = (rows: readonly LabelledRow[]) =>
    reader.kind === 'text'
      ? rows
      : rows.filter(({ target }) => reader.labels.some(({ label }) => label === target));
  const split = { task, train: [...known(train)], test: [...known(test)] };
  const examples = drawExamples(model, reader, split, fewShotChance(task));
  if (examples.length > 0) return examples;
  throw new SoftpromptError(
    'task-invalid',
    l10n`No example fits the model's context of ${model.config.contextLength} tokens together with the longest test row.`,
    { hint: l10n`Lower "limit" in the task file, or write a shorter hard prompt of your own.` },
  );
}

/** Rows are cut to the task's limit, but what stands before them is as long as it is. */
function checkRoom({ model }: OpenRun, reader: TaskReader, { prefix, tokens }: Setting, read: ReadRow): void {
  const { contextLength, kind } = model.config;
  const answer = kind === 'encoder-decoder' || reader.answersAtOnce ? 0 : reader.longestAnswer;
  const needed = (prefix?.length ?? 0) + (tokens?.(read) ?? read.tokens).length + answer;
  if (needed <= contextLength) return;
  throw new SoftpromptError(
    'task-invalid',
    l10n`The prompt needs ${needed} tokens with its answer; the model reads ${contextLength}.`,
    { hint: l10n`Shorten the text or the hard prompt.` },
  );
}
