import { dirname, resolve } from 'node:path';
import { parse } from 'jsonc-parser';
import * as z from 'zod/mini';
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
  model: z.catch(z.optional(z.string()), undefined),
  data: z.catch(
    z.optional(
      z.union([
        z.string(),
        z.partial(z.object({ train: z.string(), validation: z.string(), test: z.string() })),
      ]),
    ),
    undefined,
  ),
});

/** Reads what lists need from a task file's text; a text that makes no sense yet gives a task without data. */
export function taskEntry(file: string, text: string): TaskEntry {
  const { model, data } = z.catch(outline, {}).parse(parse(text));
  const files = typeof data === 'string' ? [data] : [data?.train, data?.validation, data?.test];
  return {
    file,
    name: taskName(file),
    model,
    data: files.filter((name) => name !== undefined).map((name) => resolve(dirname(file), name)),
  };
}
