import { dirname } from 'node:path';
import { chooseDataset, chooseTask } from '../choose';
import type { CommandTable } from '../command';
import { openPlace } from '../failures';
import {
  canBeTuned,
  chooseModel,
  chooseModelForDraft,
  isModel,
  nameInTask,
  writeModel,
} from '../models/modelChoice';
import { createTask, tune } from '../runs/training';

/** Making tasks and tuning them. */
export const TASK_COMMANDS = {
  async 'softprompt.newTask'(softprompt, target) {
    const dataset = await chooseDataset(softprompt, target);
    if (!dataset) return;
    const model = await chooseModelForDraft(softprompt, dirname(dataset));
    if (model !== null) await openPlace({ file: (await createTask(softprompt, dataset, model)).file });
  },

  async 'softprompt.tune'(softprompt, target) {
    const task = await chooseTask(softprompt, target);
    if (task) await tune(softprompt, task);
  },

  async 'softprompt.useModel'(softprompt, target) {
    const chosen = isModel(target) ? target.model : await chooseModel(softprompt);
    if (!chosen || !(await canBeTuned(chosen))) return;
    const task = await chooseTask(softprompt, isModel(target) ? undefined : target);
    if (!task) return;
    await writeModel(task.file, nameInTask(chosen, dirname(task.file)));
    await softprompt.tasks.refresh();
  },

  async 'softprompt.refresh'({ models, runs, tasks }) {
    models.refresh();
    await tasks.refresh();
    await runs.refresh();
  },
} as const satisfies CommandTable;
