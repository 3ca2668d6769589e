import { type Place, SoftpromptError } from '../../protocol/errors';
import { TemplateError } from '../prompt/template';
import type { TaskText } from './taskText';

/** What is wrong with a task in the light of its data; `path` leads to the value in the task file. */
export class TaskDataError extends SoftpromptError {
  constructor(
    message: string,
    readonly path: readonly (string | number)[],
    details: { place?: Place; hint?: string; offset?: number; suggestion?: string } = {},
  ) {
    super('task-invalid', message, details);
    this.offset = details.offset;
    this.suggestion = details.suggestion;
  }

  /** Which character of the value, if it is a text. */
  readonly offset?: number;
  /** The name that was most likely meant. */
  readonly suggestion?: string;
}

/** Where in the task file an error comes from; undefined if it is not about the task file. */
export function placeInTask(error: unknown, text: TaskText): Place | undefined {
  if (error instanceof TemplateError) return text.placeInString([...error.path], error.offset);
  if (!(error instanceof TaskDataError)) return undefined;
  return error.offset === undefined
    ? text.placeOf([...error.path])
    : text.placeInString([...error.path], error.offset);
}

/** The same error with its line and column in the task file, where it has one. */
export function withPlace(error: unknown, text: TaskText): unknown {
  const place = placeInTask(error, text);
  if (!place || !(error instanceof SoftpromptError)) return error;
  return new SoftpromptError(error.code, error.message, { ...error.details, place, cause: error });
}
