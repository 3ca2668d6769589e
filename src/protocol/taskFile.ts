import * as z from 'zod';
import { l10n } from './l10n';
import { PRECISION_WISHES, type PrecisionWish } from './precision';

// The schema of NAME.softprompt.json. Descriptions are what the editor shows on hover; the JSON Schema that the
// extension contributes is generated from this file (scripts/taskSchema.mjs) and a test holds the two together.

const fraction = z.number().gt(0).lt(1);
const dataFile = z.string().min(1);

export const splitSchema = z
  .strictObject({
    validation: fraction.optional().describe('Part of the rows kept for validation, for example 0.1.'),
    test: fraction.optional().describe('Part of the rows kept for the final test, for example 0.2.'),
    seed: z.int().min(0).optional().describe('The same seed always gives the same split.'),
  })
  .describe('How to split when files are not given: seeded, and stratified by class.');

/**
 * Rows are counted, and a row that is put in or taken out before them would silently leave out others: so each is written
 * with how its text begins, which must still be there. The beginning, not a hash: people read task files and their changes.
 */
export const excludeSchema = z
  .record(
    z.string(),
    z.record(
      z.string().regex(/^[1-9]\d*$/, { error: () => l10n`rows are counted from 1, in quotes` }),
      z
        .string()
        .describe(
          'How the row\'s text begins, with "…" behind it where it goes on. A row that reads otherwise is not left out but reported.',
        ),
    ),
  )
  .describe(
    'Rows to leave out, by file and row number: "exclude": { "train.csv": { "12": "Where is my…" } }. Rows are counted from 1, without the header.',
  );

export const dataSchema = z
  .union([
    dataFile.describe(
      'One dataset file (.csv, .tsv, .jsonl, .json or .parquet); it is split into train, validation and test.',
    ),
    z.strictObject({
      train: dataFile.describe(
        'Rows to learn from: a .csv, .tsv, .jsonl, .json or .parquet file, relative to this file.',
      ),
      validation: dataFile
        .optional()
        .describe('Rows for choosing the best prompt. Split off the training rows when absent.'),
      test: dataFile
        .optional()
        .describe('Rows for the final comparison. Split off the training rows when absent.'),
      split: splitSchema.optional(),
      exclude: excludeSchema.optional(),
    }),
  ])
  .meta({
    description: 'The dataset: files relative to this task file.',
    defaultSnippets: [
      { label: 'one file', description: 'Split into train, validation and test.', body: '$1' },
      { label: 'two files', description: 'Train and test.', body: { train: '$1', test: '$2' } },
    ],
  });

const LABEL_SNIPPET = { column: '$1', kind: 'label', words: { $2: '$3' } };

export const targetSchema = z
  .union([
    z
      .string()
      .min(1)
      .describe(
        'The column to predict; it holds classes if few distinct short values repeat, else free text.',
      ),
    z.strictObject({
      column: z.string().min(1).describe('The label column.'),
      kind: z.literal('label'),
      words: z
        .record(z.string(), z.string().min(1))
        .optional()
        .describe(
          'Label words: for each class, the text whose likelihood stands for it. Chosen automatically when absent.',
        ),
      score: z
        .enum(['first-token', 'whole-label'])
        .optional()
        .meta({
          description: 'What stands for a class.',
          enumDescriptions: [
            'One token that no other class has: fast.',
            'The likelihood of the whole label: slower, for labels that begin alike.',
          ],
        }),
    }),
    z.strictObject({
      column: z.string().min(1).describe('The column with the text to write.'),
      kind: z.literal('text'),
      maxTokens: z.int().min(1).max(4096).optional().describe('Longest answer to write, in tokens.'),
    }),
  ])
  .meta({
    description: 'What to predict: a label column, or a column of free text.',
    defaultSnippets: [
      { label: 'column', description: 'Labels or free text, by what it holds.', body: '$1' },
      { label: 'labels', description: 'Classes, with a word for each.', body: LABEL_SNIPPET },
      { label: 'free text', description: 'An answer to write.', body: { column: '$1', kind: 'text' } },
    ],
  });

export const initSchema = z
  .union([
    z.strictObject({
      from: z.literal('text'),
      text: z
        .string()
        .min(1)
        .optional()
        .describe('The words the virtual tokens start from; an instruction for this task when absent.'),
    }),
    z.strictObject({ from: z.literal('vocabulary').describe('Start from words drawn from the vocabulary.') }),
    z.strictObject({ from: z.literal('labels').describe('Start from the class labels.') }),
  ])
  .describe('What the virtual tokens start as.');

export const PLACEMENTS = ['before', 'after'] as const;

/** Where the virtual tokens stand: before the text, or directly behind its last column. */
export type Placement = (typeof PLACEMENTS)[number];

/** Meaning of each value, in the order of PLACEMENTS: editors show them beside the values. */
const PLACEMENT_MEANINGS = [
  'Before the text: learns most.',
  'Behind the last column; for decoders and long texts. What stands before them is computed once a row, and a step over rows seen before hardly depends on their length. Measured with SmolLM2-135M in int8: 8 times as fast on texts of 200 tokens, about as fast on 23; after 100 steps 88.6 % of SST-2 right (before the text 87.8 %), but 64.0 % of TREC (77.2 %), where 300 steps got 87.8 %: it wants more steps.',
];

export const methodSchema = z
  .strictObject({
    kind: z.literal('prompt-tuning').optional().describe('Prompt tuning (Lester et al., 2021).'),
    virtualTokens: z
      .int()
      .min(1)
      .max(512)
      .optional()
      .describe('Number of virtual tokens. More can hold more, and cost more time.'),
    init: initSchema.optional(),
    placement: z
      .enum(PLACEMENTS)
      .optional()
      .meta({ description: 'Where the virtual tokens stand.', enumDescriptions: PLACEMENT_MEANINGS }),
  })
  .meta({
    description: 'How the prompt is tuned.',
    defaultSnippets: [{ label: 'virtual tokens', body: { virtualTokens: '^$1' } }],
  });

/** In the order of PRECISION_WISHES. */
const PRECISION_MEANINGS = [
  'int8 for decoders built like Llama (Mistral, Qwen and their like) where a measurement of at most two seconds says that it pays here, else float32.',
  'Exact, the reference.',
  "The products with the model's weights in 8 bits, in training and in answers: on SmolLM2-135M about half the time of a step, and less memory, for a gradient that points a little elsewhere (cosine 0.96).",
];

export const trainingSchema = z
  .strictObject({
    steps: z.int().min(1).optional().describe('Number of optimiser steps. Give steps or epochs, not both.'),
    epochs: z.number().gt(0).optional().describe('Passes over the training rows.'),
    batchRows: z.int().min(1).max(4096).optional().describe('Rows in one step.'),
    batchTokens: z
      .int()
      .min(16)
      .optional()
      .describe('Instead of batchRows: text tokens in one step, padding included.'),
    learningRate: z.number().gt(0).max(10).optional().describe('Highest learning rate of AdamW.'),
    warmup: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Part of the steps in which the learning rate rises from zero.'),
    decay: z
      .enum(['linear', 'cosine', 'none'])
      .optional()
      .meta({
        description: 'How the learning rate falls after the warm-up.',
        enumDescriptions: [
          'In a straight line to zero.',
          'Along half a cosine: slowly at first and at the end.',
          'It stays as it is.',
        ],
      }),
    weightDecay: z.number().min(0).optional().describe('Decoupled weight decay of AdamW.'),
    clip: z.number().gt(0).optional().describe('Largest norm of the gradient; longer ones are scaled down.'),
    evaluateEvery: z.int().min(1).optional().describe('Steps between two looks at the validation rows.'),
    patience: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Stop early after this many validations without a better result. The best prompt is kept in any case.',
      ),
    checkpointEvery: z.int().min(1).optional().describe('Steps between two checkpoints.'),
    seed: z.int().min(0).optional().describe('The same seed gives the same numbers.'),
    precision: z.enum(PRECISION_WISHES).optional().meta({
      description: 'In what numbers the model computes.',
      enumDescriptions: PRECISION_MEANINGS,
    }),
  })
  .meta({
    description: 'How long and how fast to learn.',
    defaultSnippets: [
      { label: 'steps', body: { steps: '^$1' } },
      { label: 'epochs', body: { epochs: '^$1' } },
    ],
  });

export const evaluationSchema = z
  .strictObject({
    fewShot: z
      .int()
      .min(0)
      .max(64)
      .optional()
      .describe('Examples in the few-shot baseline; 0 leaves it out.'),
    zeroShot: z.boolean().optional().describe('Compare with the bare template.'),
    hardPrompt: z
      .string()
      .optional()
      .describe('Your own instruction, put before the template in the zero-shot baseline.'),
    maxRows: z.int().min(1).optional().describe('Use at most this many test rows, drawn by the seed.'),
  })
  .describe('What the tuned prompt is compared with.');

export const messageSchema = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']).meta({
    description: "Who says it. Not every model knows of a system; the last message is the user's.",
    enumDescriptions: ['What holds for the whole conversation.', 'The person who asks.', 'The model.'],
  }),
  content: z.string().describe('What is said: text with {column} holes. Write {{ and }} for braces.'),
});

/** A message of a conversation. */
export type ChatMessage = z.infer<typeof messageSchema>;

export const taskFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    model: z
      .string()
      .min(1)
      .describe(
        'The base model: a name from the catalogue, a name as models on this computer are listed (ollama:…, hf:…, lmstudio:…), a .gguf or .onnx file, or a model folder.',
      ),
    data: dataSchema,
    template: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Text with {column} holes, rendered for each row. Write {{ and }} for braces. For masked language models (BERT and its like) {mask} is where the answer stands; at the end unless told.',
      ),
    messages: z
      .array(messageSchema)
      .min(1)
      .max(64)
      .optional()
      .meta({
        description:
          'Instead of a template, for instruct models: a conversation, put into the form that the model was taught by its own chat template. The answer is what the assistant says next.',
        defaultSnippets: [{ label: 'messages', body: [{ role: 'user', content: '$1' }] }],
      }),
    target: targetSchema.optional(),
    limit: z
      .int()
      .min(8)
      .optional()
      .describe(
        'Longest row in tokens, virtual tokens not counted; longer ones are cut in their longest hole.',
      ),
    method: methodSchema.optional(),
    training: trainingSchema.optional(),
    evaluation: evaluationSchema.optional(),
  })
  .describe('A Softprompt task.');

/** The task file as written: everything but model and data may be left out. */
export type TaskFile = z.infer<typeof taskFileSchema>;

/** The task file with every default filled in, as it is kept in run.json. */
export interface ResolvedTask {
  /** File name without `.softprompt.json`. */
  name: string;
  /** Absolute path of the task file. */
  file: string;
  model: string;
  data: {
    /** Absolute paths. */
    train: string;
    validation?: string;
    test?: string;
    split: { validation: number; test: number; seed: number };
    /** Rows left out: absolute path of their file, row number, how the text begins. Absent where there are none. */
    exclude?: Record<string, Record<string, string>>;
  };
  /** Either this or messages. */
  template?: string;
  messages?: ChatMessage[];
  target:
    | { kind: 'label'; column: string; words?: Record<string, string>; score: 'first-token' | 'whole-label' }
    | { kind: 'text'; column: string; maxTokens: number };
  limit: number;
  method: {
    kind: 'prompt-tuning';
    virtualTokens: number;
    init: { from: 'text'; text: string } | { from: 'vocabulary' } | { from: 'labels' };
    placement: Placement;
  };
  training: {
    length: { steps: number } | { epochs: number };
    batch: { rows: number } | { tokens: number };
    learningRate: number;
    warmup: number;
    decay: 'linear' | 'cosine' | 'none';
    weightDecay: number;
    clip: number;
    evaluateEvery: number;
    patience?: number;
    checkpointEvery: number;
    seed: number;
    /** What was asked for; what it came to is in RunRecord.device. Absent in runs of older versions. */
    precision?: PrecisionWish;
  };
  evaluation: { fewShot: number; zeroShot: boolean; hardPrompt?: string; maxRows?: number };
}
