import type { ResolvedTask } from '../../protocol/taskFile';
import { t } from '../kit/l10n';

/** A plain setting of the task file. What it means and its limits are in the schema. */
export interface FieldSpec {
  path: [string, ...string[]];
  label: string;
  /** What it is where the file does not say; undefined where that is nothing. */
  fallback: (task: ResolvedTask) => string | number | boolean | undefined;
  /** Belongs to a target of this kind alone. */
  target?: 'label' | 'text';
}

/** What people look at first. */
export const TRAINING_FIELDS: readonly FieldSpec[] = [
  {
    path: ['method', 'virtualTokens'],
    label: t('Virtual tokens'),
    fallback: ({ method }) => method.virtualTokens,
  },
  {
    path: ['training', 'steps'],
    label: t('Steps'),
    fallback: ({ training: { length } }) => ('steps' in length ? length.steps : undefined),
  },
  {
    path: ['training', 'epochs'],
    label: t('Epochs'),
    fallback: ({ training: { length } }) => ('epochs' in length ? length.epochs : undefined),
  },
  {
    path: ['training', 'precision'],
    label: t('Precision'),
    fallback: ({ training }) => training.precision,
  },
  { path: ['method', 'placement'], label: t('Placement'), fallback: ({ method }) => method.placement },
  { path: ['training', 'seed'], label: t('Seed'), fallback: ({ training }) => training.seed },
];

/** Everything else, by what it is about. */
export const ADVANCED_FIELDS: readonly { title: string; fields: readonly FieldSpec[] }[] = [
  {
    title: t('Learning'),
    fields: [
      {
        path: ['training', 'learningRate'],
        label: t('Learning rate'),
        fallback: ({ training }) => training.learningRate,
      },
      { path: ['training', 'warmup'], label: t('Warm-up'), fallback: ({ training }) => training.warmup },
      { path: ['training', 'decay'], label: t('Decay'), fallback: ({ training }) => training.decay },
      {
        path: ['training', 'weightDecay'],
        label: t('Weight decay'),
        fallback: ({ training }) => training.weightDecay,
      },
      {
        path: ['training', 'clip'],
        label: t('Gradient clipping'),
        fallback: ({ training }) => training.clip,
      },
      {
        path: ['training', 'batchRows'],
        label: t('Rows a step'),
        fallback: ({ training: { batch } }) => ('rows' in batch ? batch.rows : undefined),
      },
      {
        path: ['training', 'batchTokens'],
        label: t('Tokens a step'),
        fallback: ({ training: { batch } }) => ('tokens' in batch ? batch.tokens : undefined),
      },
      { path: ['limit'], label: t('Longest row'), fallback: ({ limit }) => limit },
    ],
  },
  {
    title: t('Validation and checkpoints'),
    fields: [
      {
        path: ['training', 'evaluateEvery'],
        label: t('Validate every'),
        fallback: ({ training }) => training.evaluateEvery,
      },
      { path: ['training', 'patience'], label: t('Patience'), fallback: ({ training }) => training.patience },
      {
        path: ['training', 'checkpointEvery'],
        label: t('Checkpoint every'),
        fallback: ({ training }) => training.checkpointEvery,
      },
      {
        path: ['data', 'split', 'validation'],
        label: t('Part for validation'),
        fallback: ({ data }) => (data.validation ? undefined : round(data.split.validation)),
      },
      {
        path: ['data', 'split', 'test'],
        label: t('Part for the test'),
        fallback: ({ data }) => (data.test ? undefined : round(data.split.test)),
      },
      {
        path: ['data', 'split', 'seed'],
        label: t('Seed of the split'),
        fallback: ({ data }) => data.split.seed,
      },
    ],
  },
  {
    title: t('Answers and comparison'),
    fields: [
      {
        path: ['target', 'score'],
        label: t('Score of a class'),
        target: 'label',
        fallback: ({ target }) => (target.kind === 'label' ? target.score : undefined),
      },
      {
        path: ['target', 'maxTokens'],
        label: t('Longest answer'),
        target: 'text',
        fallback: ({ target }) => (target.kind === 'text' ? target.maxTokens : undefined),
      },
      {
        path: ['evaluation', 'fewShot'],
        label: t('Few-shot examples'),
        fallback: ({ evaluation }) => evaluation.fewShot,
      },
      {
        path: ['evaluation', 'zeroShot'],
        label: t('Zero-shot baseline'),
        fallback: ({ evaluation }) => evaluation.zeroShot,
      },
      { path: ['evaluation', 'hardPrompt'], label: t('Your own hard prompt'), fallback: () => undefined },
      { path: ['evaluation', 'maxRows'], label: t('Most test rows'), fallback: () => undefined },
    ],
  },
];

function round(share: number): number {
  return Number(share.toPrecision(2));
}
