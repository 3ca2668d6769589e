import { dirname, resolve } from 'node:path';
import type { ModelSummary } from '../../protocol/models';
import type { TaskEntry } from '../taskFile/taskEntry';

/** Names of the tasks that use a model, by its name or by a path to it. */
export function usersOf({ name, path }: ModelSummary, tasks: readonly TaskEntry[]): string[] {
  return tasks
    .filter(({ file, model }) => {
      if (model === undefined) return false;
      return model === name || (path !== undefined && resolve(dirname(file), model) === path);
    })
    .map((task) => task.name)
    .sort((a, b) => a.localeCompare(b));
}
