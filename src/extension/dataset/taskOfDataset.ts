import type { Services } from '../services';

/**
 * The task file whose eyes a dataset is looked at with: the one whose run answered its rows, else among those that use the
 * file the one that was tuned last. Undefined where no task does.
 */
export async function taskOfDataset(
  { tasks, runs, predictions }: Pick<Services, 'tasks' | 'runs' | 'predictions'>,
  file: string,
): Promise<string | undefined> {
  const answered = predictions.of(file)?.taskFile;
  const all = await tasks.all();
  if (answered !== undefined && all.some((task) => task.file === answered)) return answered;
  const using = (await tasks.using(file)).map((task) => task.file).sort();
  if (using.length < 2) return using[0];
  const tuned = (await runs.all())
    .filter(({ taskFile }) => using.includes(taskFile))
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return tuned[0]?.taskFile ?? using[0];
}
