import { MODEL_KINDS, type ModelPlace, type ModelSummary } from '../../protocol/models';
import type { RunState, RunSummary } from '../../protocol/runs';
import { isLive } from '../runs/liveSummary';
import type { TaskEntry } from '../taskFile/taskEntry';
import {
  bytes,
  count,
  modelFacts,
  OBSTACLES,
  PLACE_NAMES,
  percent,
  runDescription,
  runTime,
  STATE_WORDS,
} from '../wording';

export interface TaskNode {
  kind: 'task';
  task: TaskEntry;
  /** The task file is gone, its runs are not. */
  orphan: boolean;
  runs: RunNode[];
}

export interface RunNode {
  kind: 'run';
  run: RunSummary;
  /** The best tested run of a task that has several. */
  best: boolean;
}

export interface ModelNode {
  kind: 'model';
  model: ModelSummary;
}

/** A place that other programs keep models in, or the workspace. */
export interface PlaceNode {
  kind: 'place';
  place: ModelPlace;
  models: ModelNode[];
}

export type SidebarNode = TaskNode | RunNode | ModelNode | PlaceNode;

/** How a line of the sidebar looks; icons and colours by VS Code's names. */
export interface Appearance {
  label: string;
  description: string;
  tooltip: string;
  icon: string;
  color?: string;
  /** For the `when` clauses of menus. */
  context: string;
}

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
export function modelNodes(models: readonly ModelSummary[]): (ModelNode | PlaceNode)[] {
  const own = models.filter(({ place }) => !GROUPS.includes(place));
  const groups = GROUPS.map((place) => nodesOf(models.filter((model) => model.place === place)));
  return [
    ...nodesOf(own),
    ...groups.flatMap((found, index): PlaceNode[] =>
      found.length > 0 ? [{ kind: 'place', place: GROUPS[index]!, models: found }] : [],
    ),
  ];
}

/** Those that can be tuned first, then those that could be downloaded, then those that cannot be tuned. */
function nodesOf(models: readonly ModelSummary[]): ModelNode[] {
  const rank = ({ obstacle, state }: ModelSummary) => (obstacle ? 2 : state === 'available' ? 1 : 0);
  return [...models]
    .sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title))
    .map((model) => ({ kind: 'model', model }));
}

const STATE_ICONS: Readonly<Record<RunState, { icon: string; color?: string }>> = {
  preparing: { icon: 'loading~spin' },
  training: { icon: 'sync~spin', color: 'charts.blue' },
  paused: { icon: 'debug-pause', color: 'charts.yellow' },
  testing: { icon: 'beaker', color: 'charts.blue' },
  finished: { icon: 'pass', color: 'charts.green' },
  cancelled: { icon: 'circle-slash' },
  failed: { icon: 'error', color: 'charts.red' },
  interrupted: { icon: 'debug-disconnect', color: 'charts.orange' },
};

export function appearance(node: SidebarNode): Appearance {
  switch (node.kind) {
    case 'task':
      return {
        label: node.task.name,
        description: node.orphan
          ? 'task file is gone'
          : node.runs.length
            ? count(node.runs.length, 'run')
            : 'no runs yet',
        tooltip: [node.task.file, node.task.model && `Base model: ${node.task.model}`]
          .filter(Boolean)
          .join('\n'),
        icon: 'target',
        context: node.orphan ? 'orphan' : 'task',
      };
    case 'run': {
      const { run, best } = node;
      const lines = [`${run.id}: ${STATE_WORDS[run.state]}, step ${run.step} of ${run.steps}`, run.modelName];
      if (run.score !== undefined) lines.push(`Tuned prompt: ${percent(run.score)} on ${run.scoreOn} rows`);
      if (run.baseline !== undefined) lines.push(`Best hard prompt: ${percent(run.baseline)} on test rows`);
      return {
        label: runTime(run.createdAt),
        description: runDescription(run, best),
        tooltip: lines.join('\n'),
        ...STATE_ICONS[run.state],
        context: `run ${run.state} ${isLive(run) ? 'live' : 'ended'}`,
      };
    }
    case 'place':
      return {
        label: PLACE_NAMES[node.place],
        description: count(node.models.length, 'model'),
        tooltip: `Models that were found on this computer: ${PLACE_NAMES[node.place]}`,
        icon: 'folder-library',
        context: 'place',
      };
    case 'model':
      return modelAppearance(node.model);
  }
}

function modelAppearance(model: ModelSummary): Appearance {
  const { obstacle, name, path } = model;
  const what = [model.architecture, model.kind && MODEL_KINDS[model.kind], model.format];
  const there = model.state === 'on-disk';
  const state = obstacle ? 'obstacle' : there ? 'on-disk' : 'available';
  return {
    label: model.title,
    description: [obstacle && OBSTACLES[obstacle.kind], modelFacts(model)].filter(Boolean).join(' · '),
    tooltip: [
      obstacle && `It cannot be tuned here. ${obstacle.reason}`,
      obstacle?.hint,
      name === path ? undefined : name,
      what.filter(Boolean).join(', '),
      model.licence && `Licence: ${model.licence}`,
      !obstacle && model.memory && `Tuning takes about ${bytes(model.memory)} of memory.`,
      path ?? 'Not on this computer yet.',
    ]
      .filter(Boolean)
      .join('\n'),
    icon: MODEL_ICONS[state],
    context: `model ${state}`,
  };
}

const MODEL_ICONS = { obstacle: 'circle-slash', 'on-disk': 'package', available: 'cloud-download' } as const;
