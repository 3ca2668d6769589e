import { dirname, resolve } from 'node:path';
import { parse } from 'jsonc-parser';
import * as z from 'zod';
import { taskName } from '../files';

/** A task file as lists show it. Whether it is valid is the host's to say. */
export interface TaskEntry {
  file: string;
  name: string;
  model?: string;
  /** Absolute paths of its dataset files, as far as they can be read off. */
  data: string[];
}

const outline = z.object({
  model: z.string().optional().catch(undefined),
  data: z
    .union([z.string(), z.object({ train: z.string(), validation: z.string(), test: z.string() }).partial()])
    .optional()
    .catch(undefined),
});

/** Reads what lists need from a task file's text; a text that makes no sense yet gives a task without data. */
export function taskEntry(file: string, text: string): TaskEntry {
  const { model, data } = outline.catch({}).parse(parse(text));
  const files = typeof data === 'string' ? [data] : [data?.train, data?.validation, data?.test];
  return {
    file,
    name: taskName(file),
    model,
    data: files.filter((name) => name !== undefined).map((name) => resolve(dirname(file), name)),
  };
}
