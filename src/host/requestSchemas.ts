import * as z from 'zod';
import { PRECISION_WISHES } from '../protocol/precision';
import { type Params, type RequestName, triedPromptSchema } from '../protocol/requests';
import { MOST_TABLE_ROWS } from '../protocol/table';
import { tableQuerySchema } from '../protocol/tableQuery';

const path = z.string().min(1);
const nothing = z.strictObject({});
const fromOne = z.int().min(1);
const viewer = { viewer: z.string().min(1), file: path };
const runFolder = z.strictObject({ folder: path });

/** What a client may send, by method: checked once, here, before a handler sees it. */
export const requestSchemas: { readonly [M in RequestName]: z.ZodType<Params<M>> } = {
  initialize: z.strictObject({
    cacheFolder: path.optional(),
    threads: z.int().min(1).max(1024).optional(),
    translations: z.object({ language: z.string(), texts: z.record(z.string(), z.string()) }).optional(),
  }),

  'dataset/inspect': z.strictObject({ file: path }),
  'dataset/preview': z
    .strictObject({
      taskFile: path,
      row: fromOne.optional(),
      line: fromOne.optional(),
      file: path.optional(),
      text: z.string().optional(),
    })
    .refine(({ row, line }) => (row === undefined) !== (line === undefined), 'Either a row or a line.'),
  'dataset/rows': z.strictObject({
    file: path,
    firstLine: fromOne,
    lastLine: fromOne,
    taskFile: path.optional(),
  }),
  'dataset/predictions': z.strictObject({ file: path, runs: z.array(path).max(10_000) }),

  'table/state': z.strictObject({ ...viewer, query: tableQuerySchema, known: z.int().optional() }),
  'table/rows': z.strictObject({
    ...viewer,
    query: tableQuerySchema,
    from: z.int().min(0),
    count: fromOne.max(MOST_TABLE_ROWS),
  }),
  'table/row': z.strictObject({ ...viewer, row: fromOne }),
  'table/close': z.strictObject({ viewer: viewer.viewer }),

  'task/draft': z.strictObject({ dataset: path, model: z.string().min(1).optional() }),
  'task/check': z.strictObject({ file: path, text: z.string().optional() }),
  'task/exclude': z.strictObject({
    taskFile: path,
    text: z.string(),
    file: path,
    rows: z.array(z.int().min(1)).min(1).max(10_000),
    include: z.boolean().optional(),
  }),

  'models/list': z.strictObject({ workspace: z.array(path).max(100).optional() }),
  'models/pull': z.strictObject({ name: z.string().min(1) }),
  'models/remove': z.strictObject({ path }),

  'runs/list': z.strictObject({ workspace: path }),
  'runs/read': runFolder,
  'runs/delete': runFolder,

  'training/start': z.strictObject({ taskFile: path, precision: z.enum(PRECISION_WISHES).optional() }),
  'training/resume': runFolder,
  'training/pause': runFolder,
  'training/continue': runFolder,
  'training/cancel': runFolder,

  evaluate: z.strictObject({ folder: path, file: path.optional() }),
  'evaluate/file': z.strictObject({ folder: path, file: path }),
  predict: z.strictObject({
    folder: path,
    values: z.record(z.string(), z.string()),
    prompt: triedPromptSchema,
    id: z.int().optional(),
  }),
  'predict/row': z.strictObject({ folder: path, file: path.optional(), row: z.int().min(1).optional() }),

  'labels/check': z.strictObject({ taskFile: path }),
  'labels/read': z.strictObject({ taskFile: path }),
  'labels/dismiss': z.strictObject({
    taskFile: path,
    rows: z.array(z.strictObject({ file: path, row: z.int().min(1) })).max(10_000),
    dismissed: z.boolean(),
  }),

  shutdown: nothing,
};
