import type { ModelPlace, ModelSummary } from '../../protocol/models';
import type { RunSummary } from '../../protocol/runs';
import type { TaskEntry } from '../taskFile/taskEntry';
import type { LiveFacts } from './liveWords';
import { usersOf } from './modelUsers';

/** What the host finds wrong with a task, as its line tells it. */
export interface TaskTrouble {
  severity: 'error' | 'warning';
  /** The first error, else the first warning. */
  message: string;
  problems: number;
}

export interface TaskNode {
  kind: 'task';
  task: TaskEntry;
  /** The task file is gone, its runs are not. */
  orphan: boolean;
  runs: RunNode[];
  trouble?: TaskTrouble;
}

export interface RunNode {
  kind: 'run';
  run: RunSummary;
  /** The best tested run of a task that has several. */
  best: boolean;
  /** While it is live in this window. */
  live?: LiveFacts;
}

export interface ModelNode {
  kind: 'model';
  model: ModelSummary;
  /** Names of the workspace's tasks that use it. */
  usedBy: string[];
}

/** A place that other programs keep models in, or the workspace. */
export interface PlaceNode {
  kind: 'place';
  place: ModelPlace;
  models: ModelNode[];
}

export type SidebarNode = TaskNode | RunNode | ModelNode | PlaceNode;

/** Tasks by name, each with its runs, newest first; runs whose task file is gone follow under its name. */
export function taskNodes(tasks: readonly TaskEntry[], runs: readonly RunSummary[]): TaskNode[] {
  const known = new Map(tasks.map((task) => [task.file, { task, orphan: false, runs: [] as RunSummary[] }]));
  for (const run of runs) {
    const group = known.get(run.taskFile) ?? {
      task: { file: run.taskFile, name: run.task, model: run.modelName, data: [] },
      orphan: true,
      runs: [],
    };
    known.set(run.taskFile, group);
    group.runs.push(run);
  }
  return [...known.values()]
    .sort((a, b) => Number(a.orphan) - Number(b.orphan) || a.task.name.localeCompare(b.task.name))
    .map(({ task, orphan, runs: own }) => ({ kind: 'task', task, orphan, runs: runNodes(own) }));
}

function runNodes(runs: readonly RunSummary[]): RunNode[] {
  const tested = runs.filter((run) => run.scoreOn === 'test' && run.score !== undefined);
  const best = tested.reduce<RunSummary | undefined>(
    (top, run) => (top === undefined || run.score! > top.score! ? run : top),
    undefined,
  );
  return [...runs]
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    .map((run) => ({ kind: 'run', run, best: tested.length > 1 && run === best }));
}

/** Places that stand as groups of their own, below the models of the cache folder and the catalogue. */
const GROUPS: readonly ModelPlace[] = ['workspace', 'hugging-face', 'ollama', 'lm-studio'];

/** Softprompt's own models: on disk first, then those to download. After them the places where others were found. */
export function modelNodes(
  models: readonly ModelSummary[],
  tasks: readonly TaskEntry[] = [],
): (ModelNode | PlaceNode)[] {
  const own = models.filter(({ place }) => !GROUPS.includes(place));
  const groups = GROUPS.map((place) =>
    nodesOf(
      models.filter((model) => model.place === place),
      tasks,
    ),
  );
  return [
    ...nodesOf(own, tasks),
    ...groups.flatMap((found, index): PlaceNode[] =>
      found.length > 0 ? [{ kind: 'place', place: GROUPS[index]!, models: found }] : [],
    ),
  ];
}

/** Those in use first, then those that can be tuned, could be downloaded, and cannot be tuned. */
function nodesOf(models: readonly ModelSummary[], tasks: readonly TaskEntry[]): ModelNode[] {
  const rank = ({ model: { obstacle, state }, usedBy }: ModelNode): number => {
    if (usedBy.length > 0) return 0;
    return obstacle ? 3 : state === 'available' ? 2 : 1;
  };
  return models
    .map((model): ModelNode => ({ kind: 'model', model, usedBy: usersOf(model, tasks) }))
    .sort((a, b) => rank(a) - rank(b) || a.model.title.localeCompare(b.model.title));
}
